import type { Profile } from "../profile";

/** File systems that are no disk. */
const files = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|fuse.lxcfs"';
/** Devices whose bytes are counted a second time by the disks below them. */
const disks = 'device!~"dm-.+|md.+|loop.+|z?ram.+|sr.+"';
/** Interfaces whose bytes are counted a second time by the card below them, or that never leave the host. */
const cards =
  'device!~"lo|veth.+|docker.*|br-.+|virbr.+|cni.+|cali.+|flannel.*|cilium.*|lxc.+|tunl.+|tap.+|bond.+|ib.+"';

/**
 * node_exporter (prometheus/node_exporter). `instance` names the host. The file system's space is its size less what
 * unprivileged programs can still use.
 */
export const nodeExporter: Profile = {
  id: "node-exporter",
  title: "node_exporter",
  layer: "host",
  sentinels: ["node_memory_MemTotal_bytes"],
  labels: { model: [], version: [], instance: ["instance"], gpu: {}, host: ["instance"] },
  spellings: {
    host_cpu_utilization: {
      kind: "expression",
      // Of all modes, not of the time that passed: so it holds too while a window is not full of samples.
      expression:
        '1 - sum$by(rate(node_cpu_seconds_total{$selector,mode="idle"}[$window])) / sum$by(rate(node_cpu_seconds_total{$selector}[$window]))',
      metrics: ["node_cpu_seconds_total"],
    },
    host_memory_ratio: {
      kind: "expression",
      expression:
        "1 - sum$by(node_memory_MemAvailable_bytes{$selector}) / sum$by(node_memory_MemTotal_bytes{$selector})",
      metrics: ["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
    },
    host_load: {
      kind: "expression",
      expression:
        'sum$by(avg_over_time(node_load1{$selector}[$window])) / count$by(node_cpu_seconds_total{$selector,mode="idle"})',
      metrics: ["node_load1", "node_cpu_seconds_total"],
    },
    host_disk_ratio: {
      kind: "expression",
      expression: `max$by(1 - node_filesystem_avail_bytes{$selector,${files}} / (node_filesystem_size_bytes{$selector,${files}} > 0))`,
      metrics: ["node_filesystem_avail_bytes", "node_filesystem_size_bytes"],
      labels: { device: ["mountpoint"] },
    },
    host_disk_read: {
      kind: "counter",
      counters: [{ metric: "node_disk_read_bytes_total", matchers: disks }],
      labels: { device: ["device"] },
    },
    host_disk_write: {
      kind: "counter",
      counters: [{ metric: "node_disk_written_bytes_total", matchers: disks }],
      labels: { device: ["device"] },
    },
    host_network_receive: {
      kind: "counter",
      counters: [
        { metric: "node_network_receive_bytes_total", matchers: cards },
        { metric: "node_infiniband_port_data_received_bytes_total", isAdded: true },
      ],
      labels: { device: ["device"] },
    },
    host_network_transmit: {
      kind: "counter",
      counters: [
        { metric: "node_network_transmit_bytes_total", matchers: cards },
        { metric: "node_infiniband_port_data_transmitted_bytes_total", isAdded: true },
      ],
      labels: { device: ["device"] },
    },
  },
};
