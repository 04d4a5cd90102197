-- AlterTable
ALTER TABLE "Service" ADD COLUMN     "evidence" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "gpus" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "hosts" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "labelChoices" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "notes" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "Annotation" ADD COLUMN     "author" TEXT,
ADD COLUMN     "deletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "Source" ADD COLUMN     "discovery" JSONB;
