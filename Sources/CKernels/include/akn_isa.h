// Which instruction set the kernels run on, asked of the processor once.
#ifndef AKN_ISA_H
#define AKN_ISA_H

#ifdef __cplusplus
extern "C" {
#endif

// Instruction sets for which every kernel exists. On ARM only the first does: there the compiler's
// own NEON code is the baseline.
typedef enum {
  AKN_ISA_BASELINE = 0,
  AKN_ISA_AVX2 = 1,
  AKN_ISA_AVX512 = 2,
} akn_isa_t;

// The set in use: the best that this processor has, unless akn_isa_limit lowered it.
akn_isa_t akn_isa(void);

// Uses no set above `highest` from now on. For tests, which compare the sets with each other, and
// for measurements. Not to be called while kernels run.
void akn_isa_limit(akn_isa_t highest);

// The name of the set in use, as it is stored with a run: "baseline", "avx2" or "avx512".
const char *akn_isa_name(void);

// Tells the processor that this thread waits in a loop.
static inline void akn_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#ifdef __cplusplus
}
#endif
#endif
