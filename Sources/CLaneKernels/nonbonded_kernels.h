// Lennard-Jones and Coulomb over a list of pairs. Included once per variant.

LANE_INLINE void nonbonded_lanes(
    const LANE_TYPED(lane_pairs) *pairs, const LANE_SCALAR *x, LANE_SCALAR *forces, double *lennard_jones,
    double *coulomb, int lane, int with_cutoff) {
  const lane_real zero = lane_broadcast(0.0);
  lane_sum lj_sum = sum_zero(), coulomb_sum = sum_zero();
  lane_vector xi = {zero, zero, zero}, fi = xi;
  int32_t row = -1;
  for (int32_t p = 0; p < pairs->count; p++) {
    int32_t i = pairs->atoms[2 * p], j = pairs->atoms[2 * p + 1];
    if (i != row) {
      if (forces && row >= 0) vector_add_to(forces, row, lane, fi);
      row = i;
      xi = vector_load(x, i, lane);
      fi = (lane_vector){zero, zero, zero};
      sum_end_row(&lj_sum);
      sum_end_row(&coulomb_sum);
    }
    lane_vector d = vector_difference(xi, vector_load(x, j, lane));
    lane_real r2 = vector_dot(d, d);
    lane_real inverse = lane_inverse_sqrt(r2);
    lane_real inverse2 = inverse * inverse, inverse6 = inverse2 * inverse2 * inverse2;
    lane_real repulsion = pairs->a[p] * inverse6 * inverse6, attraction = pairs->b[p] * inverse6;
    lane_real q = lane_broadcast(pairs->q[p]);
    lane_real u_lj = repulsion - attraction, u_c, w_c;  // w = −r dU/dr
    if (with_cutoff) {
      u_c = q * (inverse + pairs->k_rf * r2 - pairs->c_rf);
      w_c = q * (inverse - REAL(2.0) * pairs->k_rf * r2);
    } else {
      u_c = q * inverse;
      w_c = u_c;
    }
    lane_real w = (12.0 * repulsion - 6.0 * attraction) + w_c;
    if (with_cutoff) {
      lane_int beyond = r2 > pairs->cutoff2;
      u_lj = lane_select(beyond, zero, u_lj);
      u_c = lane_select(beyond, zero, u_c);
      w = lane_select(beyond, zero, w);
    }
    lane_int collapsed = r2 < COINCIDENT_SQUARED;
    lj_sum.row += lane_select(collapsed, lane_broadcast(__builtin_inf()), u_lj);
    coulomb_sum.row += lane_select(collapsed, zero, u_c);
    if (forces) {
      lane_vector f = vector_scaled(d, w * inverse2);
      fi = vector_sum(fi, f);
      vector_add_to(forces, j, lane, vector_scaled(f, lane_broadcast(-1.0)));
    }
  }
  if (forces && row >= 0) vector_add_to(forces, row, lane, fi);
  sum_store(lj_sum, lennard_jones + lane);
  sum_store(coulomb_sum, coulomb + lane);
}

LANE_KERNEL void LANE_VARIANT(nonbonded_pairs)(
    const LANE_TYPED(lane_pairs) *pairs, const LANE_SCALAR *x, LANE_SCALAR *forces, double *lennard_jones,
    double *coulomb) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    if (pairs->cutoff2 > 0) {
      nonbonded_lanes(pairs, x, forces, lennard_jones, coulomb, lane, 1);
    } else {
      nonbonded_lanes(pairs, x, forces, lennard_jones, coulomb, lane, 0);
    }
  }
}
