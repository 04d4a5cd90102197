
/**
 * OpenMetrics text of a large server: 20 series of each of `names` metrics in jobs that are no LLM services, and four
 * services of `instances` instances each, with four samples, 15 seconds apart, before `end` (unix seconds).
 */
export function largeSource({
  names,
  seriesPerName,
  instances,
  end,
}: {
  names: number;
  seriesPerName: number;
  instances: number;
  end: number;
}): string {
  const lines: string[] = [];
  const add = (name: string, type: string, labels: readonly string[], suffix = ""): void => {
    lines.push(`# TYPE ${name} ${type}`);
    for (const text of labels)
      for (const age of [45, 30, 15, 0]) lines.push(`${name}${suffix}{${text}} 1 ${end - age}`);
  };
  for (let index = 0; index < names; index++)
    add(
      `shop_${index}_requests`,
      "gauge",
      Array.from(
        { length: seriesPerName },
        (_, one) => `job="shop-${index % 40}",instance="10.1.${index % 40}.${one % 10}:80",path="/${one}"`,
      ),
    );
  const of = (job: string, more: string): string[] =>
    Array.from({ length: instances }, (_, index) => `job="${job}",instance="10.0.0.${index}:8000"${more}`);
  for (const metric of ["num_requests_running", "num_requests_waiting", "kv_cache_usage_perc"])
    add(
      `vllm:${metric}`,
      "gauge",
      ["chat", "code"].flatMap((job) => of(job, `,model_name="llama",version="v${job.length}"`)),
    );
  add("ray_vllm_num_requests_running", "gauge", of("ray", ',model_name="llama",ReplicaId="r1"'));
  add("nv_inference_request_success", "gauge", of("triton", ',model="bert",version="3"'));
  add("nv_gpu_utilization", "gauge", of("triton", ',gpu_uuid="GPU-1"'));
  add("vllm:prompt_tokens", "counter", of("triton", ',model="llama",version="1"'), "_total");
  add("DCGM_FI_DEV_GPU_UTIL", "gauge", [
    'job="dcgm",instance="10.0.0.0:9400",Hostname="gpu-1",gpu="0",UUID="GPU-a"',
  ]);
  add("up", "gauge", ["chat", "code", "ray", "triton"].flatMap((job) => of(job, "")));
  return `${[...lines, "# EOF"].join("\n")}\n`;
}
