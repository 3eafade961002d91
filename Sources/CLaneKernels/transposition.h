// Between samples, [sample][coordinate] in doubles, and the lanes of a block. Included once per variant.
//
// Four samples by four coordinates at a time, in registers.

typedef LANE_SCALAR real4 __attribute__((vector_size(4 * sizeof(LANE_SCALAR))));
typedef LANE_SCALAR real4_unaligned __attribute__((vector_size(4 * sizeof(LANE_SCALAR)), aligned(sizeof(LANE_SCALAR))));

#ifdef LANE_SINGLE
// Beyond this distance from the reference atom, nm, coordinates stay at it; NaN stays NaN.
#define FARTHEST 1e8

LANE_INLINE real4 narrowed(double4 x, double4 origin) {
  typedef int64_t long4 __attribute__((vector_size(32)));
  double4 d = x - origin, far = {FARTHEST, FARTHEST, FARTHEST, FARTHEST};
  long4 over = d > FARTHEST, under = d < -FARTHEST;
  d = (double4)((over & (long4)far) | (~over & (long4)d));
  d = (double4)((under & (long4)-far) | (~under & (long4)d));
  return __builtin_convertvector(d, real4);
}

LANE_KERNEL void LANE_VARIANT(gather)(
    int64_t dimension, const double *x, int64_t first, int64_t count, int64_t reference_atom, float *positions,
    double *origin) {
#else
LANE_KERNEL void LANE_VARIANT(gather)(
    int64_t dimension, const double *x, int64_t first, int64_t count, double *positions) {
#endif
  for (int lane = 0; lane < LANE_STRIDE; lane += 4) {
    const double *samples[4];
    for (int k = 0; k < 4; k++) {
      int64_t sample = first + lane + k;
      samples[k] = x + (sample < count ? sample : count - 1) * dimension;
    }
#ifdef LANE_SINGLE
    // The axes of the reference, repeated so that four coordinates that begin with any axis find theirs in order.
    double4 reference[6];
    for (int axis = 0; axis < 6; axis++) {
      for (int k = 0; k < 4; k++) reference[axis][k] = samples[k][3 * reference_atom + axis % 3];
    }
    for (int axis = 0; axis < 3; axis++) *(double4_unaligned *)(origin + axis * LANE_STRIDE + lane) = reference[axis];
    int axis = 0;
#define LANE_PLACE(row, k) narrowed(row, reference[axis + k])
#else
#define LANE_PLACE(row, k) row
#endif
    int64_t c = 0;
    for (; c + 4 <= dimension; c += 4) {
      double4 row0 = *(const double4_unaligned *)(samples[0] + c), row1 = *(const double4_unaligned *)(samples[1] + c);
      double4 row2 = *(const double4_unaligned *)(samples[2] + c), row3 = *(const double4_unaligned *)(samples[3] + c);
      transpose4(&row0, &row1, &row2, &row3);
      LANE_SCALAR *p = positions + c * LANE_STRIDE + lane;
      *(real4_unaligned *)p = LANE_PLACE(row0, 0);
      *(real4_unaligned *)(p + LANE_STRIDE) = LANE_PLACE(row1, 1);
      *(real4_unaligned *)(p + 2 * LANE_STRIDE) = LANE_PLACE(row2, 2);
      *(real4_unaligned *)(p + 3 * LANE_STRIDE) = LANE_PLACE(row3, 3);
#ifdef LANE_SINGLE
      axis = axis == 2 ? 0 : axis + 1;
#endif
    }
    for (; c < dimension; c++) {
      double4 row = {samples[0][c], samples[1][c], samples[2][c], samples[3][c]};
      *(real4_unaligned *)(positions + c * LANE_STRIDE + lane) = LANE_PLACE(row, 0);
#ifdef LANE_SINGLE
      axis = axis == 2 ? 0 : axis + 1;
#endif
    }
#undef LANE_PLACE
  }
}

LANE_INLINE double4 widened(const LANE_SCALAR *p) {
  return __builtin_convertvector(*(const real4_unaligned *)p, double4);
}

LANE_KERNEL void LANE_VARIANT(scatter)(
    int64_t dimension, const LANE_SCALAR *lanes, int64_t first, int64_t count, double *x) {
  for (int lane = 0; lane < LANE_STRIDE && first + lane < count; lane += 4) {
    double *sample = x + (first + lane) * dimension;
    int64_t present = count - first - lane, c = 0;
    if (present >= 4) {
      for (; c + 4 <= dimension; c += 4) {
        const LANE_SCALAR *p = lanes + c * LANE_STRIDE + lane;
        double4 row0 = widened(p), row1 = widened(p + LANE_STRIDE);
        double4 row2 = widened(p + 2 * LANE_STRIDE), row3 = widened(p + 3 * LANE_STRIDE);
        transpose4(&row0, &row1, &row2, &row3);
        *(double4_unaligned *)(sample + c) = row0;
        *(double4_unaligned *)(sample + dimension + c) = row1;
        *(double4_unaligned *)(sample + 2 * dimension + c) = row2;
        *(double4_unaligned *)(sample + 3 * dimension + c) = row3;
      }
      present = 4;
    }
    for (; c < dimension; c++) {
      for (int64_t k = 0; k < present; k++) sample[k * dimension + c] = lanes[c * LANE_STRIDE + lane + k];
    }
  }
}
