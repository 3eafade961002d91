// Normal numbers with AVX2, without fused multiply-add.
#if defined(__x86_64__)
#include <stdint.h>
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define LANE_VARIANT(name) name##_avx2
#include "normal_field.h"
#pragma clang attribute pop
#endif
