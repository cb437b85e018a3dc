#include "akn_isa.h"

#include <stdatomic.h>

// -1: not asked yet. Two threads that ask at once find the same answer.
static _Atomic int chosen = -1;
static _Atomic int limit = AKN_ISA_AVX512;

static int detect(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return AKN_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return AKN_ISA_AVX2;
#endif
  return AKN_ISA_BASELINE;
}

akn_isa_t akn_isa(void) {
  int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (isa < 0) {
    isa = detect();
    atomic_store_explicit(&chosen, isa, memory_order_relaxed);
  }
  int highest = atomic_load_explicit(&limit, memory_order_relaxed);
  return (akn_isa_t)(isa < highest ? isa : highest);
}

void akn_isa_limit(akn_isa_t highest) {
  atomic_store_explicit(&limit, (int)highest, memory_order_relaxed);
}

const char *akn_isa_name(void) {
  switch (akn_isa()) {
    case AKN_ISA_AVX512: return "avx512";
    case AKN_ISA_AVX2: return "avx2";
    default: return "baseline";
  }
}
