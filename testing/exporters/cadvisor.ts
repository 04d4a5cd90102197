import type { Exporter } from "./exporter";
import { Exposition } from "./exposition";

/* cAdvisor as the kubelet serves it (google/cadvisor, docs/storage/prometheus.md): sums and pause containers included. */

const pod = { namespace: "llm", pod: "lmdeploy-0" };
const slice = "/kubepods.slice/kubepods-pod7f3c.slice";
const server = {
  ...pod,
  container: "lmdeploy",
  id: `${slice}/cri-containerd-51ab.scope`,
  image: "registry.example/lmdeploy:0.10",
  name: "51ab",
};
const whole = { ...pod, container: "", id: slice, image: "", name: "" };
const pause = {
  ...pod,
  container: "POD",
  id: `${slice}/cri-containerd-90cd.scope`,
  image: "registry.example/pause:3.9",
  name: "90cd",
};

const limit = 64 * 2 ** 30;
const used = 40 * 2 ** 30;

export const cadvisor: Exporter = {
  name: "cadvisor",
  title: "cAdvisor in the kubelet",
  // The labels on the page are those of the containers, as the kubelet's scrape keeps them.
  honorLabels: true,
  replicas: [
    {
      instance: "kube-node-1.example:10250",
      labels: { node: "kube-node-1.example" },
      page({ uptime, startedAt }) {
        const page = new Exposition("go");
        page.counter("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", [
          [{ ...whole, cpu: "total" }, 3.01 * uptime],
          [{ ...pause, cpu: "total" }, 0.01 * uptime],
          [{ ...server, cpu: "total" }, 3 * uptime],
        ]);
        page.gauge("container_spec_cpu_quota", "CPU quota of the container.", [
          [whole, 400_000],
          [server, 400_000],
        ]);
        page.gauge("container_spec_cpu_period", "CPU period of the container.", [
          [whole, 100_000],
          [server, 100_000],
        ]);
        page.gauge("container_memory_working_set_bytes", "Current working set in bytes.", [
          [whole, used + 2 ** 20],
          [pause, 2 ** 20],
          [server, used],
        ]);
        page.gauge("container_memory_rss", "Size of RSS in bytes.", [[server, used / 2]]);
        page.gauge("container_spec_memory_limit_bytes", "Memory limit for the container.", [
          [whole, limit],
          [pause, 0],
          [server, limit],
        ]);
        page.counter(
          "container_oom_events_total",
          "Count of out of memory events observed for the container",
          [[server, 0]],
        );
        page.counter("container_fs_reads_bytes_total", "Cumulative count of bytes read", [
          [{ ...server, device: "/dev/nvme0n1" }, 8e6 * uptime],
        ]);
        page.counter("container_fs_writes_bytes_total", "Cumulative count of bytes written", [
          [{ ...server, device: "/dev/nvme0n1" }, 3e6 * uptime],
        ]);
        page.counter("container_network_receive_bytes_total", "Cumulative count of bytes received", [
          [{ ...whole, interface: "eth0" }, 4e6 * uptime],
        ]);
        page.counter("container_network_transmit_bytes_total", "Cumulative count of bytes transmitted", [
          [{ ...whole, interface: "eth0" }, 9e6 * uptime],
        ]);
        page.gauge(
          "container_start_time_seconds",
          "Start time of the container since unix epoch in seconds.",
          [[server, startedAt]],
        );
        page.gauge("machine_cpu_cores", "Number of logical CPU cores.", [[{}, 64]]);
        page.gauge("machine_memory_bytes", "Amount of memory installed on the machine.", [
          [{}, 512 * 2 ** 30],
        ]);
        return page.text();
      },
    },
  ],
  adds: {
    lmdeploy: {
      // A rate, as a share of what is allowed.
      host_cpu_utilization: { value: 0.75, tolerance: 0.05 },
      host_memory_ratio: { value: 0.625 },
      host_disk_read: { value: 8e6 },
      host_disk_write: { value: 3e6 },
      host_network_receive: { value: 4e6 },
      host_network_transmit: { value: 9e6 },
    },
  },
};
