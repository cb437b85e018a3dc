// Defines the public function that hands a call to the instruction set in use.
//
//   AKN_DISPATCH(void, akn_scale, f32, (float *y, float s, size_t n), (y, s, n))
//
// defines akn_scale_f32 in terms of akn_scale_f32_baseline, _avx2 and _avx512.
#ifndef AKN_DISPATCH_H
#define AKN_DISPATCH_H

#include "akn_isa.h"

#if defined(__x86_64__)
#define AKN_DISPATCH(result, name, type, declared, passed) \
  result name##_##type declared {                          \
    switch (akn_isa()) {                                   \
      case AKN_ISA_AVX512: return name##_##type##_avx512 passed; \
      case AKN_ISA_AVX2: return name##_##type##_avx2 passed;     \
      default: return name##_##type##_baseline passed;     \
    }                                                      \
  }
#else
#define AKN_DISPATCH(result, name, type, declared, passed) \
  result name##_##type declared { return name##_##type##_baseline passed; }
#endif

#endif
