// Kernels of networks, AVX2 and FMA.
#if defined(__x86_64__)
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANE_VARIANT(name) name##_avx2
#include "network_variant.h"
#pragma clang attribute pop
#endif
