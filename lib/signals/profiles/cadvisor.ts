import type { Profile } from "../profile";

/** What has no image is a sum: of a pod, of a slice, of the machine. `POD` is a pause container. */
const containers = 'image!="",container!="POD"';
/** The network of the machine itself stands at the root. */
const interfaces = 'id!="/",interface!="lo"';
const cores = `rate(container_cpu_usage_seconds_total{$selector,${containers}}[$window])`;
const allowedCores = `(container_spec_cpu_quota{$selector,${containers}} > 0) / (container_spec_cpu_period{$selector,${containers}} > 0)`;
const used = `container_memory_working_set_bytes{$selector,${containers}}`;
const allowed = `container_spec_memory_limit_bytes{$selector,${containers}} > 0`;
const labels = "(instance, namespace, pod, container, id)";
/** All that runs on the machine stands at the root; a pod's series are chosen by it, so that none of these is among them. */
const machine = 'id="/"';

/**
 * cAdvisor, by itself or as the kubelet serves it (google/cadvisor, docs/storage/prometheus.md). CPU and memory are
 * shares of the containers' own limits; containers without a limit are left out. Where none of a machine has one, as with
 * Docker alone, they are shares of the machine. The network is counted for a pod, not for its containers.
 */
export const cadvisor: Profile = {
  id: "cadvisor",
  title: "cAdvisor",
  layer: "host",
  sentinels: ["container_memory_working_set_bytes"],
  sentinelMatchers: containers,
  labels: { model: [], version: [], instance: ["pod", "instance"], gpu: {}, host: ["node", "instance"] },
  spellings: {
    host_cpu_utilization: {
      kind: "expression",
      expression: `sum$by(sum by ${labels} (${cores}) and on ${labels} (${allowedCores})) / sum$by(max by ${labels} (${allowedCores}) and on ${labels} (${cores})) or on (instance) sum$by(rate(container_cpu_usage_seconds_total{$selector,${machine}}[$window])) / sum$by(machine_cpu_cores{$selector})`,
      metrics: ["container_cpu_usage_seconds_total", "container_spec_cpu_quota", "container_spec_cpu_period"],
    },
    host_memory_ratio: {
      kind: "expression",
      expression: `sum$by(max by ${labels} (${used}) and on ${labels} (${allowed})) / sum$by(max by ${labels} (${allowed}) and on ${labels} (${used})) or on (instance) sum$by(container_memory_working_set_bytes{$selector,${machine}}) / sum$by(machine_memory_bytes{$selector})`,
      metrics: ["container_memory_working_set_bytes", "container_spec_memory_limit_bytes"],
    },
    host_disk_ratio: {
      kind: "expression",
      expression: `max$by(container_fs_usage_bytes{$selector,${containers}} / (container_fs_limit_bytes{$selector,${containers}} > 0))`,
      metrics: ["container_fs_usage_bytes", "container_fs_limit_bytes"],
    },
    host_disk_read: {
      kind: "counter",
      counters: [{ metric: "container_fs_reads_bytes_total", matchers: containers }],
      labels: { device: ["device"] },
    },
    host_disk_write: {
      kind: "counter",
      counters: [{ metric: "container_fs_writes_bytes_total", matchers: containers }],
      labels: { device: ["device"] },
    },
    host_network_receive: {
      kind: "counter",
      counters: [{ metric: "container_network_receive_bytes_total", matchers: interfaces }],
      labels: { device: ["interface"] },
    },
    host_network_transmit: {
      kind: "counter",
      counters: [{ metric: "container_network_transmit_bytes_total", matchers: interfaces }],
      labels: { device: ["interface"] },
    },
  },
};
