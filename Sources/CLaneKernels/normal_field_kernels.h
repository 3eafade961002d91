// Normal numbers from counters: Philox4x32-10 and Box–Muller. Included once per instruction set by files that switch off
// the contraction of products and sums into fused ones, so that every instruction set gives the same bytes.
//
// Philox: Salmon, Moraes, Dror, Shaw 2011, doi:10.1145/2063384.2063405; see Philox4x32.swift.

#define PHILOX_ROUNDS 10
#define WORD_MASK ((uint64_t)0xffffffff)

// Four words of the blocks `block`, in the low halves of the lanes; the high halves are meaningless. `keys` are the round
// keys, two for each round.
LANE_INLINE void philox(lane_uint block, uint64_t stream, const uint64_t *keys, lane_uint *words) {
  const lane_uint zero = {0};
  lane_uint c0 = block, c1 = block >> 32, c2 = zero + (stream & WORD_MASK), c3 = zero + (stream >> 32);
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    lane_uint first = (c0 & WORD_MASK) * (uint64_t)0xD2511F53, second = (c2 & WORD_MASK) * (uint64_t)0xCD9E8D57;
    c0 = (second >> 32) ^ c1 ^ keys[2 * round];
    c1 = second;
    c2 = (first >> 32) ^ c3 ^ keys[2 * round + 1];
    c3 = first;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// normal_log_coefficients: degree 3, relative error 1.7e-9
static const double normal_log_coefficients[4] = {
  0.33333333277225823165,
  0.20000060938486000745,
  0.14275408299855774333,
  0.11665290969120946911
};
// normal_sin_coefficients: degree 3, relative error 1.73e-10
static const double normal_sin_coefficients[4] = {
  -0.16666666663854167038,
  0.0083333318742737136675,
  -0.00019840086499593598134,
  2.7249895230611678095e-6
};
// normal_cos_coefficients: degree 3, relative error 5.73e-11
static const double normal_cos_coefficients[4] = {
  0.041666666664320266605,
  -0.0013888887671652503855,
  0.000024800600180363808652,
  -2.7300933687212943059e-7
};

// −2 ln(k/2³²) for k in (0, 2³²].
LANE_INLINE lane_real minus_twice_log(lane_real k) {
  const double *c = normal_log_coefficients;
  lane_real e, m = lane_split_exponent(k, &e);
  lane_real s = (m - 1.0) / (m + 1.0), z = s * s, z2 = z * z;
  lane_real p = (c[0] + z * c[1]) + z2 * (c[2] + z * c[3]);
  return (32.0 - e) * (2.0 * 0.69314718055994530942) - 4.0 * (s + (s * z) * p);
}

// Two independent normals, to 10⁻¹⁰, from the low 32 bits of two words: radius √(−2 ln u) with u = (k + ½)/2³², and an
// angle in the quarter of a turn about zero from 30 bits, reflected by the other two. (Box & Muller 1958,
// doi:10.1214/aoms/1177706645.)
LANE_INLINE void box_muller(lane_uint radius_word, lane_uint angle_word, lane_real *first, lane_real *second) {
  const double two_to_52 = 4503599627370496.0;
  const lane_uint exponent = (lane_uint)lane_broadcast(two_to_52);
  lane_real k = (lane_real)((radius_word & WORD_MASK) | exponent) - (two_to_52 - 0.5);
  lane_real radius = lane_sqrt(minus_twice_log(k));
  lane_real m = (lane_real)((angle_word & (uint64_t)0x3fffffff) | exponent) - two_to_52 - (0x1p29 - 0.5);
  lane_real r = m * (1.57079632679489661923 * 0x1p-30), z = r * r, z2 = z * z;
  const double *s = normal_sin_coefficients, *c = normal_cos_coefficients;
  lane_real sp = (s[0] + z * s[1]) + z2 * (s[2] + z * s[3]), cp = (c[0] + z * c[1]) + z2 * (c[2] + z * c[3]);
  lane_real sine = radius * (r + (r * z) * sp), cosine = radius * ((1.0 - 0.5 * z) + z2 * cp);
  cosine = (lane_real)((lane_uint)cosine ^ ((angle_word >> 31) << 63));
  lane_int swap = -(lane_int)((angle_word >> 30) & (uint64_t)1);
  *first = lane_select(swap, sine, cosine);
  *second = lane_select(swap, cosine, sine);
}

LANE_KERNEL void LANE_VARIANT(normal_field)(
    uint64_t key, uint64_t stream, uint64_t first_block, int64_t count, double *normals) {
  uint64_t keys[2 * PHILOX_ROUNDS];
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    keys[2 * round] = (key + (uint64_t)round * 0x9E3779B9ULL) & WORD_MASK;
    keys[2 * round + 1] = ((key >> 32) + (uint64_t)round * 0xBB67AE85ULL) & WORD_MASK;
  }
  lane_uint block = (lane_uint){0, 1, 2, 3, 4, 5, 6, 7} + first_block;
  for (int64_t done = 0; done < count; done += 4 * LANE_WIDTH, block += LANE_WIDTH) {
    lane_uint words[4];
    lane_real values[4];
    philox(block, stream, keys, words);
    box_muller(words[0], words[1], &values[0], &values[1]);
    box_muller(words[2], words[3], &values[2], &values[3]);
    double last[4 * LANE_WIDTH], *target = count - done >= 4 * LANE_WIDTH ? normals + done : last;
    for (int half = 0; half < 2; half++) {
      double4 rows[4];
      for (int i = 0; i < 4; i++) {
        rows[i] = half == 0 ? __builtin_shufflevector(values[i], values[i], 0, 1, 2, 3)
                            : __builtin_shufflevector(values[i], values[i], 4, 5, 6, 7);
      }
      transpose4(&rows[0], &rows[1], &rows[2], &rows[3]);
      for (int i = 0; i < 4; i++) *(double4_unaligned *)(target + 16 * half + 4 * i) = rows[i];
    }
    if (target == last) __builtin_memcpy(normals + done, last, (uint64_t)(count - done) * sizeof(double));
  }
}
