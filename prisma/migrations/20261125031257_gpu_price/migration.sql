-- CreateTable
CREATE TABLE "GpuPrice" (
    "teamId" TEXT NOT NULL,
    "gpuModel" TEXT NOT NULL,
    "pricePerHour" DECIMAL(12,4) NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "GpuPrice_pkey" PRIMARY KEY ("teamId","gpuModel")
);

-- AddForeignKey
ALTER TABLE "GpuPrice" ADD CONSTRAINT "GpuPrice_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
