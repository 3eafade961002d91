// Numbers below the smallest normal one cost a hundred times as much as others on many processors: a matrix product of which
// a twentieth is subnormal runs at a sixtieth of its speed.
#include "CLaneKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Flush to zero, and take as zero.
enum { flushing = 0x8040 };

uint64_t lane_flush_subnormals_here(void) {
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | flushing);
  return before;
}

void lane_restore_subnormals_here(uint64_t before) { _mm_setcsr((unsigned)before); }

#elif defined(__aarch64__)

uint64_t lane_flush_subnormals_here(void) {
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | UINT64_C(1) << 24));
  return before;
}

void lane_restore_subnormals_here(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }

#else

uint64_t lane_flush_subnormals_here(void) { return 0; }
void lane_restore_subnormals_here(uint64_t before) { (void)before; }

#endif
