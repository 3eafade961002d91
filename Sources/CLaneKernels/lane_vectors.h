// Vectors of LANE_WIDTH numbers and what is done lane by lane. Included once per variant.
//
// Two AVX2 registers for each value: the chains of dependent operations are long, and two at a time fill the pipelines
// (10–20 % faster than one). Must divide the block, LANE_STRIDE.

// Vectors never cross a function that is not inlined, so their calling convention is of no concern.
#pragma clang diagnostic ignored "-Wpsabi"

#ifdef LANE_SINGLE
#define LANE_SCALAR float
#define LANE_TYPED(name) name##_single
#define LANE_STRIDE LANE_BLOCK_SINGLE
#define LANE_WIDTH 16
typedef int32_t lane_int __attribute__((vector_size(4 * LANE_WIDTH)));
typedef uint32_t lane_uint __attribute__((vector_size(4 * LANE_WIDTH)));
#define LANE_ABSOLUTE_MASK 0x7fffffff
#else
#define LANE_SCALAR double
#define LANE_TYPED(name) name
#define LANE_STRIDE LANE_BLOCK
#define LANE_WIDTH 8
typedef int64_t lane_int __attribute__((vector_size(8 * LANE_WIDTH)));
typedef uint64_t lane_uint __attribute__((vector_size(8 * LANE_WIDTH)));
#define LANE_ABSOLUTE_MASK 0x7fffffffffffffffLL
#endif
typedef LANE_SCALAR lane_real __attribute__((vector_size(sizeof(LANE_SCALAR) * LANE_WIDTH)));
typedef LANE_SCALAR lane_real_unaligned
    __attribute__((vector_size(sizeof(LANE_SCALAR) * LANE_WIDTH), aligned(sizeof(LANE_SCALAR))));
typedef double lane_double __attribute__((vector_size(8 * LANE_WIDTH)));
typedef double lane_double_unaligned __attribute__((vector_size(8 * LANE_WIDTH), aligned(8)));

#define LANE_INLINE static inline __attribute__((always_inline))
// A kernel. Registers are saved on the stack, which is aligned to 16 bytes only: aligned further here, because half the
// vectors on it would otherwise straddle cache lines, in some processes and not in others.
#if defined(__x86_64__)
#define LANE_KERNEL static __attribute__((force_align_arg_pointer))
#else
#define LANE_KERNEL static
#endif
// A constant that a float does not hold exactly.
#define REAL(x) ((LANE_SCALAR)(x))

LANE_INLINE lane_real lane_broadcast(LANE_SCALAR x) {
#ifdef LANE_SINGLE
  return (lane_real){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
#else
  return (lane_real){x, x, x, x, x, x, x, x};
#endif
}

LANE_INLINE lane_real lane_load(const LANE_SCALAR *p) { return *(const lane_real_unaligned *)p; }

LANE_INLINE void lane_store(LANE_SCALAR *p, lane_real x) { *(lane_real_unaligned *)p = x; }

LANE_INLINE lane_int lane_bits(lane_real x) { return (lane_int)x; }

LANE_INLINE lane_real lane_from_bits(lane_int x) { return (lane_real)x; }

// mask ? a : b, where each lane of mask is all ones or all zeros.
LANE_INLINE lane_real lane_select(lane_int mask, lane_real a, lane_real b) {
  return lane_from_bits((mask & lane_bits(a)) | (~mask & lane_bits(b)));
}

LANE_INLINE lane_real lane_abs(lane_real x) { return lane_from_bits(lane_bits(x) & LANE_ABSOLUTE_MASK); }

LANE_INLINE lane_real lane_max(lane_real a, lane_real b) { return lane_select(a > b, a, b); }

LANE_INLINE lane_real lane_min(lane_real a, lane_real b) { return lane_select(a < b, a, b); }

LANE_INLINE lane_real lane_sqrt(lane_real x) { return __builtin_elementwise_sqrt(x); }

// A sum of energies. With floats only the terms of a row are added as floats, and rows as doubles.
typedef struct {
  lane_real row;
#ifdef LANE_SINGLE
  lane_double total;
#endif
} lane_sum;

LANE_INLINE lane_sum sum_zero(void) { return (lane_sum){lane_broadcast(0)}; }

LANE_INLINE void sum_end_row(lane_sum *sum) {
#ifdef LANE_SINGLE
  sum->total += __builtin_convertvector(sum->row, lane_double);
  sum->row = lane_broadcast(0);
#else
  (void)sum;
#endif
}

// Replaces the sum by `value` in the lanes of `mask`.
LANE_INLINE void sum_where(lane_sum *sum, lane_int mask, lane_real value) {
#ifdef LANE_SINGLE
  typedef int64_t lane_long __attribute__((vector_size(8 * LANE_WIDTH)));
  lane_long wide = __builtin_convertvector(mask, lane_long);
  sum_end_row(sum);
  lane_long replaced = (lane_long)__builtin_convertvector(value, lane_double);
  sum->total = (lane_double)((wide & replaced) | (~wide & (lane_long)sum->total));
#else
  sum->row = lane_select(mask, value, sum->row);
#endif
}

// Adds the sum to what stands at `energy`.
LANE_INLINE void sum_store(lane_sum sum, double *energy) {
  lane_double_unaligned *p = (lane_double_unaligned *)energy;
#ifdef LANE_SINGLE
  sum_end_row(&sum);
  *p = *p + sum.total;
#else
  *p = *p + sum.row;
#endif
}
