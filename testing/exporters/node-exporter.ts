import type { ExpectedSignals, Exporter, Moment } from "./exporter";
import { Exposition } from "./exposition";

/* node_exporter (collector/fixtures/e2e-output.txt), as much of it as is looked at, with what must not be counted. */

interface Host {
  name: string;
  services: readonly string[];
  busy: number;
  memoryUsed: number;
  /** Bytes per second. */
  read: number;
  received: number;
}

const cores = 8;
const memory = 256 * 2 ** 30;
const disk = 1e12;

const hosts: readonly Host[] = [
  {
    name: "gpu-node-1.example",
    services: ["vllm-v1"],
    busy: 0.25,
    memoryUsed: 0.4,
    read: 12e6,
    received: 30e6,
  },
  {
    name: "gpu-node-2.example",
    services: ["sglang"],
    busy: 0.4,
    memoryUsed: 0.5,
    read: 20e6,
    received: 45e6,
  },
  { name: "gpu-node-3.example", services: ["tgi"], busy: 0.55, memoryUsed: 0.6, read: 28e6, received: 60e6 },
];

function nodePage(host: Host, { uptime, startedAt }: Moment): string {
  const page = new Exposition("go");
  page.counter(
    "node_cpu_seconds_total",
    "Seconds the CPUs spent in each mode.",
    Array.from({ length: cores }, (_, cpu) => String(cpu)).flatMap((cpu) =>
      Object.entries({
        idle: 1 - host.busy,
        user: host.busy * 0.7,
        system: host.busy * 0.25,
        iowait: host.busy * 0.05,
      }).map(([mode, share]) => [{ cpu, mode }, share * uptime] as const),
    ),
  );
  page.gauge("node_load1", "1m load average.", [[{}, host.busy * cores]]);
  page.gauge("node_load5", "5m load average.", [[{}, host.busy * cores]]);
  page.gauge("node_load15", "15m load average.", [[{}, host.busy * cores]]);
  page.gauge("node_memory_MemTotal_bytes", "Memory information field MemTotal_bytes.", [[{}, memory]]);
  page.gauge("node_memory_MemAvailable_bytes", "Memory information field MemAvailable_bytes.", [
    [{}, memory * (1 - host.memoryUsed)],
  ]);
  page.gauge("node_memory_MemFree_bytes", "Memory information field MemFree_bytes.", [[{}, memory * 0.1]]);
  const root = { device: "/dev/nvme0n1p2", fstype: "ext4", mountpoint: "/" };
  const run = { device: "tmpfs", fstype: "tmpfs", mountpoint: "/run" };
  page.gauge("node_filesystem_size_bytes", "Filesystem size in bytes.", [
    [root, disk],
    [run, 1e9],
  ]);
  page.gauge("node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.", [
    [root, disk * 0.35],
    [run, 1e7],
  ]);
  for (const [name, help, rate] of [
    ["node_disk_read_bytes_total", "The total number of bytes read successfully.", host.read],
    ["node_disk_written_bytes_total", "The total number of bytes written successfully.", host.read / 2],
  ] as const)
    page.counter(name, help, [
      [{ device: "nvme0n1" }, rate * uptime],
      [{ device: "dm-0" }, rate * uptime],
    ]);
  page.counter("node_disk_io_time_seconds_total", "Total seconds spent doing I/Os.", [
    [{ device: "nvme0n1" }, 0.2 * uptime],
  ]);
  for (const [name, help, rate] of [
    ["node_network_receive_bytes_total", "Network device statistic receive_bytes.", host.received],
    ["node_network_transmit_bytes_total", "Network device statistic transmit_bytes.", host.received * 2],
  ] as const)
    page.counter(name, help, [
      [{ device: "eth0" }, rate * uptime],
      [{ device: "lo" }, 5e6 * uptime],
      [{ device: "veth1a2b3c" }, 7e6 * uptime],
    ]);
  page.gauge("node_boot_time_seconds", "Node boot time, in unixtime.", [[{}, startedAt]]);
  page.gauge("node_uname_info", "Labeled system information as provided by the uname system call.", [
    [
      {
        domainname: "(none)",
        machine: "x86_64",
        nodename: host.name,
        release: "6.8.0-45-generic",
        sysname: "Linux",
        version: "#45-Ubuntu SMP",
      },
      1,
    ],
  ]);
  return page.text();
}

const expectedOf = (host: Host): ExpectedSignals => ({
  host_cpu_utilization: { value: host.busy },
  host_memory_ratio: { value: host.memoryUsed },
  // Per core.
  host_load: { value: host.busy },
  host_disk_ratio: { value: 0.65 },
  host_disk_read: { value: host.read },
  host_disk_write: { value: host.read / 2 },
  host_network_receive: { value: host.received },
  host_network_transmit: { value: host.received * 2 },
});

export const nodeExporter: Exporter = {
  name: "node-exporter",
  title: "node_exporter 1.8",
  replicas: hosts.map((host, index) => ({
    name: String(index),
    instance: `${host.name}:9100`,
    page: (moment) => nodePage(host, moment),
  })),
  adds: Object.fromEntries(
    hosts.flatMap((host) => host.services.map((service) => [service, expectedOf(host)])),
  ),
};
