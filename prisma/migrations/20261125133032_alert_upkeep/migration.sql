-- AlterTable
ALTER TABLE "AlertTransition" ADD COLUMN     "within" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "Acknowledgement" ADD COLUMN     "successor" TEXT,
ADD COLUMN     "toldAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Source" ADD COLUMN     "alertHistory" JSONB;

-- CreateTable
CREATE TABLE "RuleFolderFile" (
    "teamId" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "readAt" TIMESTAMPTZ(3) NOT NULL,
    "loadedAt" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "RuleFolderFile_pkey" PRIMARY KEY ("teamId","path")
);

-- CreateTable
CREATE TABLE "Watchdog" (
    "teamId" TEXT NOT NULL,
    "channelId" TEXT,
    "interval" DOUBLE PRECISION NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),
    "problem" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Watchdog_pkey" PRIMARY KEY ("teamId")
);

-- CreateIndex
CREATE INDEX "Alert_sourceId_fingerprint_activeAt_idx" ON "Alert"("sourceId", "fingerprint", "activeAt");

-- CreateIndex
CREATE INDEX "Alert_state_resolvedAt_idx" ON "Alert"("state", "resolvedAt");

-- CreateIndex
CREATE INDEX "Acknowledgement_actorId_endedBy_toldAt_idx" ON "Acknowledgement"("actorId", "endedBy", "toldAt");
