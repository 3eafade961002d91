// Four by four doubles transposed in registers. Included once per variant.

typedef double double4 __attribute__((vector_size(32)));
typedef double double4_unaligned __attribute__((vector_size(32), aligned(8)));

LANE_INLINE void transpose4(double4 *a, double4 *b, double4 *c, double4 *d) {
  double4 ab_low = __builtin_shufflevector(*a, *b, 0, 4, 2, 6), ab_high = __builtin_shufflevector(*a, *b, 1, 5, 3, 7);
  double4 cd_low = __builtin_shufflevector(*c, *d, 0, 4, 2, 6), cd_high = __builtin_shufflevector(*c, *d, 1, 5, 3, 7);
  *a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *b = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *c = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}
