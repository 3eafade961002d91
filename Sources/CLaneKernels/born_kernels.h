// Generalized Born. Included once per variant.
//
// Four passes over LANE_WIDTH lanes of the block: descreening sums with their radial derivatives (kept, so that
// logarithms are taken once), Born radii, pair energies, and the chain rule through the radii. Square roots and
// exponentials of a row of pairs are taken in a loop of their own, where those of different pairs overlap; this makes
// the whole 10–20 % faster.

int64_t LANE_VARIANT(born_scratch)(int32_t n) { return ((int64_t)8 * n + (int64_t)n * (n - 1)) * LANE_WIDTH; }

LANE_INLINE void born_lanes(
    const LANE_TYPED(lane_born) *born, const LANE_SCALAR *x, LANE_SCALAR *forces, double *polar, double *surface,
    LANE_SCALAR *scratch, int lane, int with_forces, int engulfed, int with_neck, int with_cutoff, int with_salt,
    int wide) {
  const int32_t n = born->atom_count;
  LANE_SCALAR *sums = scratch, *inverse_radius = sums + n * LANE_WIDTH, *chain = inverse_radius + n * LANE_WIDTH;
  LANE_SCALAR *pull = chain + n * LANE_WIDTH, *radii = pull + n * LANE_WIDTH, *slopes = radii + n * LANE_WIDTH;
  const lane_real zero = lane_broadcast(0.0);
  const LANE_SCALAR cutoff2 = born->cutoff * born->cutoff;

  for (int32_t i = 0; i < n; i++) lane_store(sums + i * LANE_WIDTH, zero);
  lane_int clash = (zero > zero);
  // Up to three numbers for each pair of a row.
  LANE_SCALAR *slope_at = slopes, *row = slopes + (int64_t)n * (n - 1) * LANE_WIDTH;
  for (int32_t i = 0; i < n - 1; i++) {
    lane_vector xi = vector_load(x, i, lane);
    lane_real sum_i = lane_load(sums + i * LANE_WIDTH);
    const LANE_SCALAR radius_i = born->offset_radius[i], scaled_i = born->scaled_radius[i];
    for (int32_t j = i + 1; j < n; j++) {
      lane_vector d = vector_difference(xi, vector_load(x, j, lane));
      lane_real r2 = vector_dot(d, d);
      clash |= r2 < COINCIDENT_SQUARED;
      lane_store(row + 2 * j * LANE_WIDTH, r2);
      lane_store(row + (2 * j + 1) * LANE_WIDTH, lane_inverse_sqrt(r2));
    }
    for (int32_t j = i + 1; j < n; j++, slope_at += 2 * LANE_WIDTH) {
      lane_real r2 = lane_load(row + 2 * j * LANE_WIDTH), inverse_r = lane_load(row + (2 * j + 1) * LANE_WIDTH);
      lane_real r = r2 * inverse_r;
      const LANE_SCALAR radius_j = born->offset_radius[j], scaled_j = born->scaled_radius[j];
      lane_real on_i, on_j, slope_i = zero, slope_j = zero;
      descreening_pair(
          r, inverse_r, radius_i, scaled_i, radius_j, scaled_j, engulfed, with_forces, wide, &on_i, &slope_i, &on_j,
          &slope_j);
      if (with_neck) {
        LANE_SCALAR reach = radius_i + radius_j + 2 * born->radius_offset + born->neck_cut;
        lane_int near = r <= reach;
        for (int side = 0; side < 2; side++) {
          int64_t at = side == 0 ? (int64_t)i * n + j : (int64_t)j * n + i;
          lane_real y = r - born->neck_distance[at];
          lane_real y2 = y * y, y4 = y2 * y2;
          lane_real quotient = 1.0 / (1.0 + 100.0 * y2 + 3e5 * y4 * y2);
          lane_real neck = lane_select(near, born->neck_depth[at] * quotient, zero);
          lane_real neck_slope = -neck * quotient * (200.0 * y + 18e5 * y4 * y) * inverse_r;
          if (side == 0) {
            on_i += neck;
            slope_i += neck_slope;
          } else {
            on_j += neck;
            slope_j += neck_slope;
          }
        }
      }
      if (with_cutoff) {
        lane_int beyond = r2 > cutoff2;
        on_i = lane_select(beyond, zero, on_i);
        on_j = lane_select(beyond, zero, on_j);
        slope_i = lane_select(beyond, zero, slope_i);
        slope_j = lane_select(beyond, zero, slope_j);
      }
      sum_i += on_i;
      lane_store(sums + j * LANE_WIDTH, lane_load(sums + j * LANE_WIDTH) + on_j);
      if (with_forces) {
        lane_store(slope_at, slope_i);
        lane_store(slope_at + LANE_WIDTH, slope_j);
      }
    }
    lane_store(sums + i * LANE_WIDTH, sum_i);
  }

  const LANE_SCALAR vacuum = born->coulomb_constant / born->solute_dielectric;
  const LANE_SCALAR screened = born->coulomb_constant / born->solvent_dielectric;
  lane_sum polar_sum = sum_zero(), surface_sum = sum_zero();
  for (int32_t i = 0; i < n; i++) {
    const LANE_SCALAR inner = born->offset_radius[i], outer = inner + born->radius_offset;
    const LANE_SCALAR alpha = born->alpha[i], beta = born->beta[i], gamma = born->gamma[i];
    lane_real psi = inner * lane_load(sums + i * LANE_WIDTH);
    lane_real argument = psi * (alpha - psi * (beta - psi * gamma));
    lane_real t = 1.0 - 2.0 / (lane_exp(2.0 * argument) + 1.0);
    lane_real inverse = REAL(1.0) / inner - t / outer;
    lane_real radius = 1.0 / inverse;
    lane_real polynomial_slope = alpha - psi * (REAL(2.0) * beta - REAL(3.0) * gamma * psi);
    lane_store(radii + i * LANE_WIDTH, radius);
    lane_store(inverse_radius + i * LANE_WIDTH, inverse);
    // dB/dI
    lane_store(chain + i * LANE_WIDTH, radius * radius * (1.0 - t * t) * polynomial_slope * (inner / outer));

    const LANE_SCALAR q2 = born->charge[i] * born->charge[i];
    lane_real self, self_slope;
    if (with_salt) {
      lane_real damping = screened * lane_exp(-born->kappa * radius);
      self = REAL(-0.5) * q2 * (vacuum - damping) * inverse;
      self_slope = -self * inverse - REAL(0.5) * q2 * born->kappa * damping * inverse;
    } else {
      self = REAL(-0.5) * q2 * (vacuum - screened) * inverse;
      self_slope = -self * inverse;
    }
    polar_sum.row += self;
    if (born->surface_tension != 0) {
      lane_real ratio = outer * inverse;
      lane_real ratio2 = ratio * ratio;
      const LANE_SCALAR shell = outer + born->probe_radius;
      lane_real area = born->surface_tension * shell * shell * (ratio2 * ratio2 * ratio2);
      surface_sum.row += area;
      self_slope -= 6.0 * area * inverse;
    }
    lane_store(pull + i * LANE_WIDTH, self_slope);
    sum_end_row(&polar_sum);
    sum_end_row(&surface_sum);
  }

  const LANE_SCALAR shift = with_cutoff ? 1.0 / born->cutoff : 0.0;
  for (int32_t i = 0; i < n - 1; i++) {
    lane_vector xi = vector_load(x, i, lane), fi = {zero, zero, zero};
    lane_real radius_i = lane_load(radii + i * LANE_WIDTH);
    lane_real quarter_inverse_i = -0.25 * lane_load(inverse_radius + i * LANE_WIDTH);
    lane_real pull_i = lane_load(pull + i * LANE_WIDTH);
    for (int32_t j = i + 1; j < n; j++) {
      lane_vector d = vector_difference(xi, vector_load(x, j, lane));
      lane_real r2 = vector_dot(d, d);
      lane_real exponent = r2 * quarter_inverse_i * lane_load(inverse_radius + j * LANE_WIDTH);
      lane_real gauss = lane_exp(exponent);
      lane_real bb = radius_i * lane_load(radii + j * LANE_WIDTH);
      lane_real f2 = r2 + bb * gauss;
      lane_store(row + 3 * j * LANE_WIDTH, exponent);
      lane_store(row + (3 * j + 1) * LANE_WIDTH, gauss);
      lane_store(row + (3 * j + 2) * LANE_WIDTH, lane_inverse_sqrt(f2));
    }
    for (int32_t j = i + 1; j < n; j++) {
      lane_vector d = vector_difference(xi, vector_load(x, j, lane));
      lane_real radius_j = lane_load(radii + j * LANE_WIDTH), exponent = lane_load(row + 3 * j * LANE_WIDTH);
      lane_real gauss = lane_load(row + (3 * j + 1) * LANE_WIDTH);
      lane_real inverse_f = lane_load(row + (3 * j + 2) * LANE_WIDTH);
      const LANE_SCALAR qq = born->charge[i] * born->charge[j];
      lane_real u, weight;  // weight = −2 dU/d(f²)
      if (with_salt) {
        lane_real bb = radius_i * radius_j;
        lane_real f2 = vector_dot(d, d) + bb * gauss, f = f2 * inverse_f;
        lane_real damping = screened * lane_exp(-born->kappa * f);
        lane_real strength = -qq * (vacuum - damping);
        u = strength * (inverse_f - shift);
        lane_real du_df = -strength * inverse_f * inverse_f - qq * born->kappa * damping * (inverse_f - shift);
        weight = -du_df * inverse_f;
      } else {
        const LANE_SCALAR strength = -qq * (vacuum - screened);
        u = strength * (inverse_f - shift);
        weight = strength * inverse_f * inverse_f * inverse_f;
      }
      if (with_cutoff) {
        lane_int beyond = vector_dot(d, d) > cutoff2;
        u = lane_select(beyond, zero, u);
        weight = lane_select(beyond, zero, weight);
      }
      polar_sum.row += u;
      if (with_forces) {
        // d(f²)/d(r²) = 1 − e/4, d(f²)/dBᵢ = Bⱼ e (1 + r²/(4 Bᵢ Bⱼ))
        lane_vector f = vector_scaled(d, weight * (1.0 - 0.25 * gauss));
        fi = vector_sum(fi, f);
        vector_add_to(forces, j, lane, vector_scaled(f, lane_broadcast(-1.0)));
        lane_real common = -0.5 * weight * gauss * (1.0 - exponent);
        pull_i += common * radius_j;
        lane_store(pull + j * LANE_WIDTH, lane_load(pull + j * LANE_WIDTH) + common * radius_i);
      }
    }
    sum_end_row(&polar_sum);
    if (with_forces) {
      vector_add_to(forces, i, lane, fi);
      lane_store(pull + i * LANE_WIDTH, pull_i);
    }
  }

  if (with_forces) {
    for (int32_t i = 0; i < n; i++) {
      lane_store(pull + i * LANE_WIDTH, lane_load(pull + i * LANE_WIDTH) * lane_load(chain + i * LANE_WIDTH));
    }
    slope_at = slopes;
    for (int32_t i = 0; i < n - 1; i++) {
      lane_vector xi = vector_load(x, i, lane), fi = {zero, zero, zero};
      lane_real pull_i = lane_load(pull + i * LANE_WIDTH);
      for (int32_t j = i + 1; j < n; j++, slope_at += 2 * LANE_WIDTH) {
        lane_vector d = vector_difference(xi, vector_load(x, j, lane));
        lane_real w = pull_i * lane_load(slope_at)
          + lane_load(pull + j * LANE_WIDTH) * lane_load(slope_at + LANE_WIDTH);
        lane_vector f = vector_scaled(d, w);
        fi = vector_difference(fi, f);
        vector_add_to(forces, j, lane, f);
      }
      vector_add_to(forces, i, lane, fi);
    }
  }

  sum_where(&polar_sum, clash, lane_broadcast(__builtin_inf()));
  sum_where(&surface_sum, clash, zero);
  sum_store(polar_sum, polar + lane);
  sum_store(surface_sum, surface + lane);
}

LANE_KERNEL void LANE_VARIANT(generalized_born)(
    const LANE_TYPED(lane_born) *born, const LANE_SCALAR *x, LANE_SCALAR *forces, double *polar, double *surface,
    LANE_SCALAR *scratch) {
  const int engulfed = born->counts_engulfed_atoms, neck = born->neck_depth != 0, salt = born->kappa > 0;
  const int cutoff = born->cutoff > 0, wide = descreening_is_wide(born);
  const int common = !neck && !salt && !wide;
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    // The common models get loops of their own, without the branches of the rest.
    if (common && engulfed && !cutoff && forces) {
      born_lanes(born, x, forces, polar, surface, scratch, lane, 1, 1, 0, 0, 0, 0);
    } else if (common && !engulfed && cutoff && forces) {
      born_lanes(born, x, forces, polar, surface, scratch, lane, 1, 0, 0, 1, 0, 0);
    } else if (common && !engulfed && forces) {
      born_lanes(born, x, forces, polar, surface, scratch, lane, 1, 0, 0, 0, 0, 0);
    } else if (common && !forces) {
      if (engulfed) {
        born_lanes(born, x, forces, polar, surface, scratch, lane, 0, 1, 0, cutoff, 0, 0);
      } else {
        born_lanes(born, x, forces, polar, surface, scratch, lane, 0, 0, 0, cutoff, 0, 0);
      }
    } else {
      born_lanes(born, x, forces, polar, surface, scratch, lane, forces != 0, engulfed, neck, cutoff, salt, wide);
    }
  }
}
