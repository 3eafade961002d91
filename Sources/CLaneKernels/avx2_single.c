// AVX2 and FMA in single precision.
#if defined(__x86_64__)
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANE_VARIANT(name) name##_avx2_single
#define LANE_SINGLE
#include "kernels.h"
#pragma clang attribute pop
#endif
