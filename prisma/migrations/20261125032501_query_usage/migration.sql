-- CreateTable
CREATE TABLE "QueryUsage" (
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "sourceId" TEXT NOT NULL,
    "actorType" TEXT NOT NULL,
    "actorId" TEXT NOT NULL,
    "teamId" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "queries" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "series" DOUBLE PRECISION NOT NULL,
    "points" DOUBLE PRECISION NOT NULL,
    "bytes" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "QueryUsage_pkey" PRIMARY KEY ("hour","sourceId","actorType","actorId")
);

-- CreateIndex
CREATE INDEX "QueryUsage_teamId_hour_idx" ON "QueryUsage"("teamId", "hour");
