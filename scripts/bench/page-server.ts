import { createServer } from "node:http";

export interface PageServer {
  url: string;
  close(): Promise<void>;
}

/** Serves one page, all in one document. */
export async function servePage({ port, html }: { port: number; html: string }): Promise<PageServer> {
  const server = createServer((incoming, outgoing) => {
    const isPage = incoming.url === "/";
    outgoing.writeHead(isPage ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    outgoing.end(isPage ? html : "");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, resolve);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
