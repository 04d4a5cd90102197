"use client";

import { Channels } from "./channels";
import { Deliveries } from "./deliveries";
import { Heartbeat } from "./heartbeat";
import { Policy } from "./policy";

/** Where alerts are told, who is told of what, and what became of it. */
export function NotificationsPage({ canEdit }: { canEdit: boolean }) {
  return (
    <div className="grid grid-cols-1 gap-8">
      <Channels canEdit={canEdit} />
      <Policy canEdit={canEdit} />
      <Heartbeat canEdit={canEdit} />
      <Deliveries canEdit={canEdit} />
    </div>
  );
}
