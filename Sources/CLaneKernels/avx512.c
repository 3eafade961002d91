// AVX-512 and FMA, for x86-64 servers since 2017 and desktops of some makes: one register for what AVX2 needs two for.
#if defined(__x86_64__)
#include <stdint.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define LANE_VARIANT(name) name##_avx512
#include "kernels.h"
#pragma clang attribute pop
#endif
