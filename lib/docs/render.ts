import path from "node:path";
import { Marked, type Tokens } from "marked";

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/<[^>]+>|&[a-z]+;|[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s+/g, "-");

const entities: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

const plain = (html: string): string =>
  html.replace(/<[^>]+>/g, "").replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);

/** Where a link of a page leads in the console: another page, an anchor, or elsewhere as it stands. */
function target(href: string, page: string): string {
  if (/^[a-z]+:|^#|^\//i.test(href)) return href;
  const [file = "", anchor] = href.split("#");
  const resolved = path.posix
    .join("/docs", path.posix.dirname(page), file)
    .replace(/\.md$/, "")
    .replace(/\/index$/, "");
  return anchor === undefined ? resolved : `${resolved}#${anchor}`;
}

/**
 * The title and the HTML of a page of our documentation. `page` is its path under docs/ without `.md`, against which
 * relative links are resolved. Only for files of ours: their HTML is passed on as it is.
 */
export function renderPage(markdown: string, page: string): { title: string; html: string } {
  const marked = new Marked({ async: false, gfm: true });
  let title = page;
  marked.use({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const html = this.parser.parseInline(tokens);
        if (depth === 1) {
          title = plain(html);
          return "";
        }
        return `<h${depth} id="${slug(html)}">${html}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${target(href, page)}">${this.parser.parseInline(tokens)}</a>`;
      },
      // A wide table scrolls inside its own box, so that the page does not.
      table(token: Tokens.Table) {
        const cells = (row: Tokens.TableCell[], tag: string) =>
          row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("");
        const body = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
        return `<div class="docs-table" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>${body}</tbody></table></div>\n`;
      },
      code({ text }: Tokens.Code) {
        const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
        return `<pre tabindex="0"><code>${escaped}</code></pre>\n`;
      },
    },
  });
  const html = marked.parse(markdown) as string;
  return { title, html };
}
