import Link from "next/link";
import type { ReactNode } from "react";
import { CodeBlock } from "@/components/ui/code-block";
import { curlOf, type Operation } from "./document";
import { Members, Prose, ValueRow } from "./schema-view";

/** The inside of one endpoint: what it takes on the left; the call, the answer and the errors on the right. */
export function OperationDetail({ operation, serverUrl }: { operation: Operation; serverUrl: string }) {
  const places = [
    { title: "Path", parameters: operation.parameters.filter((parameter) => parameter.in === "path") },
    { title: "Query", parameters: operation.parameters.filter((parameter) => parameter.in === "query") },
    { title: "Headers", parameters: operation.parameters.filter((parameter) => parameter.in === "header") },
  ].filter(({ parameters }) => parameters.length > 0);
  const { answer } = operation;
  return (
    <div className="grid gap-x-8 gap-y-4 border-t p-4 xl:grid-cols-2">
      <div className="grid min-w-0 content-start gap-4">
        {operation.description.split("\n\n").map((paragraph) => (
          <p key={paragraph} className="max-w-[72ch]">
            <Prose text={paragraph} />
          </p>
        ))}
        {places.map(({ title, parameters }) => (
          <Part key={title} title={title}>
            <ul>
              {parameters.map((parameter) => (
                <ValueRow
                  key={parameter.name}
                  name={parameter.name}
                  schema={parameter.schema}
                  required={parameter.required ?? false}
                  description={parameter.description}
                />
              ))}
            </ul>
          </Part>
        ))}
        {operation.body === null ? null : (
          <Part title="Body">
            <Members schema={operation.body.schema} />
          </Part>
        )}
        {answer.schema === undefined ? null : (
          <details>
            <summary className="text-secondary text-strong hover:text-primary">Fields of the answer</summary>
            <div className="mt-1">
              <Members schema={answer.schema} />
            </div>
          </details>
        )}
      </div>
      <div className="grid min-w-0 content-start gap-4">
        <Part title="Call">
          <CodeBlock code={curlOf(operation, serverUrl)} label="the call" wrap={false} />
        </Part>
        <Part title={`Answer ${answer.status}`}>
          {answer.example === undefined ? (
            <p className="text-secondary">
              {answer.type === null ? "Empty." : `A body of type ${answer.type}.`}
            </p>
          ) : (
            <CodeBlock
              code={
                typeof answer.example === "string" ? answer.example : JSON.stringify(answer.example, null, 2)
              }
              label="the answer"
              wrap={false}
            />
          )}
        </Part>
        {operation.errors.length === 0 ? null : (
          <Part title="Errors">
            <ul className="grid gap-1">
              {operation.errors.flatMap(({ status, codes }) =>
                codes.map(({ code, title }) => (
                  <li key={code} className="grid grid-cols-[3ch_auto_1fr] gap-x-3">
                    <span className="text-mono text-secondary">{status}</span>
                    <Link
                      href={`/docs/errors/${code}`}
                      prefetch={false}
                      className="text-link text-mono hover:underline"
                    >
                      {code}
                    </Link>
                    <span className="text-secondary">{title}</span>
                  </li>
                )),
              )}
            </ul>
          </Part>
        )}
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-1">
      <h3 className="text-strong">{title}</h3>
      {children}
    </section>
  );
}
