-- AlterTable
ALTER TABLE "Service" ADD COLUMN     "instanceCount" INTEGER NOT NULL DEFAULT 0;
