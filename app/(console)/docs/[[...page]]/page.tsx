import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { PageHeader } from "@/components/shell/page-header";
import { getPage, listPages } from "@/lib/docs/queries";
import { isInferscopeError } from "@/lib/errors";
import "../docs.css";

type Props = { params: Promise<{ page?: string[] }> };

const load = (page: string) =>
  getPage(page).catch((error: unknown) => {
    if (isInferscopeError(error) && error.code === "not_found") notFound();
    throw error;
  });

/** Known once for the process: to find the titles, every page is rendered. */
const titles = new Map<string, Promise<string>>();

function titleOf(page: string): Promise<string> {
  const title = titles.get(page) ?? load(page).then((loaded) => loaded.title);
  titles.set(page, title);
  title.catch(() => titles.delete(page));
  return title;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { page } = await params;
  return { title: (await load(page?.join("/") ?? "index")).title };
}

export default async function DocsPage({ params }: Props) {
  const page = (await params).page?.join("/") ?? "index";
  const [{ title, html }, pages] = await Promise.all([load(page), listPages()]);
  const guides = await Promise.all(
    pages
      .filter((name) => !name.includes("/") && name !== "index")
      .map(async (name) => ({ path: `/docs/${name}`, name, title: await titleOf(name) })),
  );
  const entries = [
    { path: "/docs", name: "index", title: "Contents" },
    ...guides.sort((a, b) => a.title.localeCompare(b.title, "en")),
  ];
  return (
    <div className="grid gap-6 lg:grid-cols-[1fr_12rem]">
      <article className="min-w-0 max-w-[72ch]">
        <PageHeader title={title} />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: made from files of this repository only */}
        <div className="docs mt-4" dangerouslySetInnerHTML={{ __html: html }} />
      </article>
      <nav aria-label="Documentation" className="max-lg:border-t max-lg:pt-4">
        <ul className="grid gap-1">
          {entries.map(({ path, name, title: entry }) => (
            <li key={name}>
              <Link
                href={path}
                aria-current={name === page ? "page" : undefined}
                className="text-secondary hover:text-primary aria-[current=page]:font-medium aria-[current=page]:text-primary"
              >
                {entry}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}
