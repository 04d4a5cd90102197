import { FileJson } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { definitions } from "@/app/api/v1/openapi.json/definitions";
import { type OpenApiDocument, operationsOf } from "@/components/api-reference/document";
import { OperationDetail } from "@/components/api-reference/operation";
import { OperationList } from "@/components/api-reference/operation-list";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { openApiDocument } from "@/lib/api/openapi";
import { pageActor } from "@/lib/auth/page-actor";
import { publicUrl } from "@/lib/config";

export const metadata: Metadata = { title: "API" };

export default async function Page() {
  await pageActor("openapi:read");
  const serverUrl = publicUrl();
  const operations = operationsOf(openApiDocument(definitions, serverUrl) as OpenApiDocument);
  return (
    <>
      <PageHeader
        title="API"
        description={
          <>
            Everything the console shows and does. Send an{" "}
            <Link href="/settings/api-keys" className="text-link underline underline-offset-2">
              API key
            </Link>{" "}
            as <code className="text-mono">Authorization: Bearer …</code>; the{" "}
            <Link href="/docs/api" className="text-link underline underline-offset-2">
              conventions
            </Link>{" "}
            hold for every endpoint.
          </>
        }
        actions={
          <Button asChild>
            <a href="/api/v1/openapi.json">
              <FileJson aria-hidden />
              OpenAPI document
            </a>
          </Button>
        }
      />
      <OperationList
        operations={operations.map((operation) => ({
          id: operation.id,
          method: operation.method,
          path: operation.path,
          tag: operation.tag,
          summary: operation.summary,
          detail: <OperationDetail operation={operation} serverUrl={serverUrl} />,
        }))}
      />
    </>
  );
}
