-- AlterTable
ALTER TABLE "Source" ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '{}';
