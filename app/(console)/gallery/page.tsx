import type { Metadata } from "next";
import { Gallery } from "./gallery";

export const metadata: Metadata = { title: "Gallery" };

/** Every part of the design system in every state, in both themes, with fixed data: what pictures are compared with. */
export default function GalleryPage() {
  return <Gallery />;
}
