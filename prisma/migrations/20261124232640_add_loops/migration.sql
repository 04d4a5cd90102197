-- CreateTable
CREATE TABLE "Loop" (
    "name" TEXT NOT NULL,
    "everySeconds" INTEGER NOT NULL,
    "holder" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "error" TEXT,
    "failingSince" TIMESTAMPTZ(3),

    CONSTRAINT "Loop_pkey" PRIMARY KEY ("name")
);
