// What the two atoms of a pair add to each other's descreening sums, in doubles. Included once per variant.

// What one atom of a pair adds to the descreening sum of the other.
typedef struct {
  lane_real upper, lower;  // U, L
  lane_int outside;         // L is |r − s|
} descreening_limits;

LANE_INLINE descreening_limits limits_of_descreening(lane_real r, double radius, double scaled) {
  lane_real gap = lane_abs(r - scaled);
  lane_int outside = gap > radius;
  return (descreening_limits){r + scaled, lane_select(outside, gap, lane_broadcast(radius)), outside};
}

// ½ T(r) and (1/r) d(½T)/dr, from u = 1/U, l = 1/L and ln(L/U).
LANE_INLINE void descreening(
    descreening_limits limits, lane_real u, lane_real l, lane_real logarithm, lane_real r, lane_real inverse_r,
    double radius, double scaled, int engulfed, int with_slope, lane_real *value, lane_real *slope) {
  lane_real squares = u * u - l * l;
  double scaled2 = scaled * scaled;
  lane_real ratio = scaled2 * inverse_r, log_over_r = logarithm * inverse_r;
  lane_real t = (l - u) + 0.25 * (r - ratio) * squares + 0.5 * log_over_r;
  lane_int reached = limits.upper >= radius;
  lane_real zero = lane_broadcast(0.0);
  if (engulfed) {
    lane_int inside = (scaled - r) > radius;
    t += lane_select(inside, 2.0 * (1.0 / radius - l), zero);
  }
  *value = lane_select(reached, 0.5 * t, zero);
  if (with_slope) {
    // ∂T/∂U vanishes identically; ∂T/∂L does too unless r < s, where it is left over without the engulfed-atom term.
    lane_real dt = 0.25 * (1.0 + ratio * inverse_r) * squares - 0.5 * log_over_r * inverse_r;
    if (!engulfed) dt += lane_select(limits.outside & (r < scaled), 2.0 * l * l, zero);
    *slope = lane_select(reached, 0.5 * dt * inverse_r, zero);
  }
}

// Whether a pair of these atoms needs the logarithm of numbers far from 1; here it is always exact.
LANE_INLINE int descreening_is_wide(const lane_born *born) {
  (void)born;
  return 0;
}

// ½ T(r) on each atom of a pair, and (1/r) d(½T)/dr.
LANE_INLINE void descreening_pair(
    lane_real r, lane_real inverse_r, double radius_i, double scaled_i, double radius_j, double scaled_j, int engulfed,
    int with_slope, int wide, lane_real *on_i, lane_real *slope_i, lane_real *on_j, lane_real *slope_j) {
  (void)wide;
  descreening_limits at_i = limits_of_descreening(r, radius_i, scaled_j);
  descreening_limits at_j = limits_of_descreening(r, radius_j, scaled_i);
  // Four reciprocals from one division, two logarithms from another.
  lane_real product_i = at_i.upper * at_i.lower, product_j = at_j.upper * at_j.lower;
  lane_real inverse = 1.0 / (product_i * product_j);
  lane_real inverse_i = inverse * product_j, inverse_j = inverse * product_i;
  lane_real u_i = inverse_i * at_i.lower, u_j = inverse_j * at_j.lower, log_i, log_j;
  lane_log_pair(at_i.lower * u_i, at_j.lower * u_j, &log_i, &log_j);
  descreening(
      at_i, u_i, inverse_i * at_i.upper, log_i, r, inverse_r, radius_i, scaled_j, engulfed, with_slope, on_i, slope_i);
  descreening(
      at_j, u_j, inverse_j * at_j.upper, log_j, r, inverse_r, radius_j, scaled_i, engulfed, with_slope, on_j, slope_j);
}
