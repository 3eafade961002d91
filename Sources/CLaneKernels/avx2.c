// AVX2 and FMA, for x86-64 processors since about 2013.
#if defined(__x86_64__)
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANE_VARIANT(name) name##_avx2
#include "kernels.h"
#pragma clang attribute pop
#endif
