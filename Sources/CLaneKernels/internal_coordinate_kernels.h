// Cartesian to internal coordinates and back along a z-matrix. Included once per variant, doubles only.
//
// Row r holds bond, angle, torsion at q offsets 3r − 3 …; row 0 only a bond (offset 0), row 1 bond and angle (1, 2).
// The volume element is that of all Cartesian coordinates divided by the rigid-body volume, so row 0 counts b² and
// row 1 b² sin θ like every other row.

// Rows whose volume elements are multiplied before one logarithm is taken: 8 factors of 10⁻⁴ … 10⁻¹ nm² stay far from
// underflow.
#define ROWS_PER_LOGARITHM 8

LANE_INLINE lane_real exact_log(lane_real x) {
  return lane_select(x > 0.0, lane_log(x), lane_select(x == 0.0, lane_broadcast(-__builtin_inf()), x));
}

LANE_KERNEL void LANE_VARIANT(cartesian_to_internal)(const lane_zmatrix *z, const double *x, double *q, double *log_det) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    lane_real sum = lane_broadcast(0.0), product = lane_broadcast(1.0);
    for (int32_t row = 0; row < z->count; row++) {
      const int32_t *atoms = z->atoms + 4 * row;
      double *out = q + (int64_t)(row == 0 ? 0 : row == 1 ? 1 : 3 * row - 3) * LANE_STRIDE + lane;
      lane_vector xb = vector_load(x, atoms[1], lane);
      lane_vector f = vector_difference(vector_load(x, atoms[0], lane), xb);
      lane_real r2 = vector_dot(f, f);
      lane_real r = lane_sqrt(r2);
      lane_store(out, r);
      if (row == 0) {
        product *= r2;
      } else {
        lane_vector xc = vector_load(x, atoms[2], lane);
        lane_vector g = vector_difference(xb, xc);
        lane_vector a = vector_cross(f, g);
        lane_real g_length = lane_sqrt(vector_dot(g, g)), a_length = lane_sqrt(vector_dot(a, a));
        lane_store(out + LANE_STRIDE, lane_atan2(a_length, -vector_dot(f, g)));
        product *= r * a_length / g_length;
        if (row > 1) {
          lane_vector h = vector_difference(vector_load(x, atoms[3], lane), xc);
          lane_vector b = vector_cross(h, g);
          lane_store(out + 2 * LANE_STRIDE, lane_atan2(g_length * vector_dot(a, h), vector_dot(a, b)));
        }
      }
      if ((row + 1) % ROWS_PER_LOGARITHM == 0 || row + 1 == z->count) {
        sum += exact_log(product);
        product = lane_broadcast(1.0);
      }
    }
    lane_store(log_det + lane, sum);
  }
}

LANE_KERNEL void LANE_VARIANT(internal_to_cartesian)(const lane_zmatrix *z, const double *q, double *x, double *log_det) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    lane_real sum = lane_broadcast(0.0), product = lane_broadcast(1.0);
    for (int32_t row = 0; row < z->count; row++) {
      const int32_t *atoms = z->atoms + 4 * row;
      const double *in = q + (int64_t)(row == 0 ? 0 : row == 1 ? 1 : 3 * row - 3) * LANE_STRIDE + lane;
      lane_real r = lane_load(in);
      lane_vector xb = vector_load(x, atoms[1], lane), place;
      if (row == 0) {
        product *= r * r;
        place = (lane_vector){xb.x + r, xb.y, xb.z};
      } else {
        lane_real sine, cosine;
        lane_sincos(lane_load(in + LANE_STRIDE), &sine, &cosine);
        product *= r * r * lane_abs(sine);
        lane_vector xc = vector_load(x, atoms[2], lane);
        lane_vector e = vector_difference(xc, xb);
        e = vector_scaled(e, 1.0 / lane_sqrt(vector_dot(e, e)));
        lane_vector along = vector_scaled(e, r * cosine);
        lane_real away = r * sine;
        if (row == 1) {
          place = vector_sum(xb, along);
          place.y += away;
        } else {
          lane_real torsion_sine, torsion_cosine;
          lane_sincos(lane_load(in + 2 * LANE_STRIDE), &torsion_sine, &torsion_cosine);
          lane_vector h = vector_difference(vector_load(x, atoms[3], lane), xc);
          // Normal of the plane b, c, d, and the direction in it away from the axis.
          lane_vector normal = vector_cross(h, e);
          normal = vector_scaled(normal, 1.0 / lane_sqrt(vector_dot(normal, normal)));
          lane_vector lateral = vector_cross(e, normal);
          place = vector_sum(xb, along);
          place = vector_sum(place, vector_scaled(lateral, away * torsion_cosine));
          place = vector_sum(place, vector_scaled(normal, away * torsion_sine));
        }
      }
      double *p = x + (int64_t)atoms[0] * 3 * LANE_STRIDE + lane;
      lane_store(p, place.x);
      lane_store(p + LANE_STRIDE, place.y);
      lane_store(p + 2 * LANE_STRIDE, place.z);
      if ((row + 1) % ROWS_PER_LOGARITHM == 0 || row + 1 == z->count) {
        sum += exact_log(product);
        product = lane_broadcast(1.0);
      }
    }
    lane_store(log_det + lane, sum);
  }
}
