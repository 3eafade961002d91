// What the two atoms of a pair add to each other's descreening sums, in floats. Included once per variant.
//
// The formulas of descreening.h with fewer operations: with a = U + L, b = U L, e = U − L the squares are
// 1/U² − 1/L² = −e a/b², and ½ ln(L/U) = −atanh(e/a) needs no exponent taken apart, because e/a is below 1/√2 unless
// radii differ very much. Only 1/a and 1/b are needed, for both atoms from one division.

// half_atanh_coefficients: degree 7, relative error 2.29e-7
static const float half_atanh_coefficients[8] = {
  1.333333092f,
  3.200246708f,
  9.102171639f,
  30.95635288f,
  18.69886852f,
  1468.379409f,
  -8152.920578f,
  36240.44243f
};

// Whether e/a can exceed 1/√2: it is largest where the atoms touch, s/(ρ̃ + s).
LANE_INLINE int descreening_is_wide(const lane_born_single *born) {
  float radius = __builtin_inff(), scaled = 0;
  for (int32_t i = 0; i < born->atom_count; i++) {
    float s = __builtin_fabsf(born->scaled_radius[i]);
    if (born->offset_radius[i] < radius) radius = born->offset_radius[i];
    if (s > scaled) scaled = s;
  }
  return scaled > 0.7071f * (radius + scaled);
}

typedef struct {
  lane_real upper, lower, sum, product;  // U, L, a, b
} descreening_limits;

LANE_INLINE descreening_limits limits_of_descreening(lane_real r, float radius, float scaled) {
  lane_real least = lane_broadcast(radius), reach = r + scaled;
  // Where r + s < ρ̃ both limits are ρ̃ and everything vanishes.
  lane_real upper = lane_max(reach, least), lower = lane_max(lane_abs(r - scaled), least);
  if (scaled < 0) lower = lane_select(reach < radius, least, lower);
  return (descreening_limits){upper, lower, upper + lower, upper * lower};
}

// ½ T(r) and (1/r) d(½T)/dr from ½/a and ½/b.
LANE_INLINE void descreening(
    descreening_limits at, lane_real half_over_a, lane_real half_over_b, lane_real half_r, lane_real r,
    lane_real inverse_r, float radius, float scaled, int engulfed, int with_slope, int wide, lane_real *value,
    lane_real *slope) {
  lane_real e = at.upper - at.lower, half_atanh;
  if (wide) {
    half_atanh = -0.25f * lane_log(2.0f * at.lower * at.lower * half_over_b);
  } else {
    const float *c = half_atanh_coefficients;
    lane_real v = e * half_over_a;
    lane_real w = v * v, w2 = w * w;
    lane_real p01 = c[0] + w * c[1], p23 = c[2] + w * c[3], p45 = c[4] + w * c[5], p67 = c[6] + w * c[7];
    lane_real p = (p01 + w2 * p23) + (w2 * w2) * (p45 + w2 * p67);
    half_atanh = v + (v * w) * p;
  }
  lane_real difference = e * half_over_b;  // ½ (1/L − 1/U)
  lane_real squares = difference * (at.sum * half_over_b), half_ratio = (0.5f * scaled * scaled) * inverse_r;
  lane_real log_over_r = half_atanh * inverse_r;
  *value = (difference - squares * (half_r - half_ratio)) - log_over_r;
  if (with_slope) *slope = (log_over_r - squares * (half_r + half_ratio)) * (inverse_r * inverse_r);
  if (scaled > radius) {
    // Inside the other atom L is s − r.
    lane_int inside = r < scaled - radius;
    lane_real zero = lane_broadcast(0), inverse_lower = 2.0f * at.upper * half_over_b;
    if (engulfed) {
      *value += lane_select(inside, 1.0f / radius - inverse_lower, zero);
    } else if (with_slope) {
      *slope += lane_select(inside, inverse_lower * inverse_lower * inverse_r, zero);
    }
  }
}

// ½ T(r) on each atom of a pair, and (1/r) d(½T)/dr.
LANE_INLINE void descreening_pair(
    lane_real r, lane_real inverse_r, float radius_i, float scaled_i, float radius_j, float scaled_j, int engulfed,
    int with_slope, int wide, lane_real *on_i, lane_real *slope_i, lane_real *on_j, lane_real *slope_j) {
  descreening_limits i = limits_of_descreening(r, radius_i, scaled_j);
  descreening_limits j = limits_of_descreening(r, radius_j, scaled_i);
  lane_real product_i = i.sum * i.product, product_j = j.sum * j.product, half_r = 0.5f * r;
  lane_real inverse = 0.5f / (product_i * product_j);
  lane_real inverse_i = inverse * product_j, inverse_j = inverse * product_i;
  descreening(
      i, inverse_i * i.product, inverse_i * i.sum, half_r, r, inverse_r, radius_i, scaled_j, engulfed, with_slope, wide,
      on_i, slope_i);
  descreening(
      j, inverse_j * j.product, inverse_j * j.sum, half_r, r, inverse_r, radius_j, scaled_i, engulfed, with_slope, wide,
      on_j, slope_j);
}
