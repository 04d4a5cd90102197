// Stands in for the package of this name in programs that run outside Next.
export {};
