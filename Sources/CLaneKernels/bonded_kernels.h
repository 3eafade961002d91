// Harmonic bonds, harmonic angles and periodic torsions. Included once per variant.

typedef struct {
  lane_real x, y, z;
} lane_vector;

LANE_INLINE lane_vector vector_load(const LANE_SCALAR *base, int32_t atom, int lane) {
  const LANE_SCALAR *p = base + (int64_t)atom * 3 * LANE_STRIDE + lane;
  return (lane_vector){lane_load(p), lane_load(p + LANE_STRIDE), lane_load(p + 2 * LANE_STRIDE)};
}

LANE_INLINE void vector_add_to(LANE_SCALAR *base, int32_t atom, int lane, lane_vector v) {
  LANE_SCALAR *p = base + (int64_t)atom * 3 * LANE_STRIDE + lane;
  lane_store(p, lane_load(p) + v.x);
  lane_store(p + LANE_STRIDE, lane_load(p + LANE_STRIDE) + v.y);
  lane_store(p + 2 * LANE_STRIDE, lane_load(p + 2 * LANE_STRIDE) + v.z);
}

LANE_INLINE lane_vector vector_difference(lane_vector a, lane_vector b) {
  return (lane_vector){a.x - b.x, a.y - b.y, a.z - b.z};
}

LANE_INLINE lane_vector vector_sum(lane_vector a, lane_vector b) {
  return (lane_vector){a.x + b.x, a.y + b.y, a.z + b.z};
}

LANE_INLINE lane_vector vector_scaled(lane_vector a, lane_real s) { return (lane_vector){a.x * s, a.y * s, a.z * s}; }

LANE_INLINE lane_real vector_dot(lane_vector a, lane_vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

LANE_INLINE lane_vector vector_cross(lane_vector a, lane_vector b) {
  return (lane_vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// Squared lengths below this (nm²) are coincidence: far below any bond, far above underflow of their squares.
#define COINCIDENT_SQUARED REAL(1e-10)
// Products of two squared normals of a dihedral (nm⁸) below this leave it undefined; squared normals of an angle (nm⁴)
// are taken as no less than this. With floats the normals of atoms on a line are rounding errors of 10⁻⁸ of a bond
// length squared.
#ifdef LANE_SINGLE
#define COLLINEAR_PRODUCT 1e-20f
#define STRAIGHT_SQUARED 1e-17f
#else
#define COLLINEAR_PRODUCT 1e-36
#define STRAIGHT_SQUARED 1e-36
#endif
// Terms whose energies are added up before `sum_end_row`.
#define TERMS_PER_ROW 16

LANE_KERNEL void LANE_VARIANT(harmonic_bonds)(
    const LANE_TYPED(lane_bonds) *bonds, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    lane_sum sum = sum_zero();
    for (int32_t b = 0; b < bonds->count; b++) {
      int32_t i = bonds->atoms[2 * b], j = bonds->atoms[2 * b + 1];
      lane_vector d = vector_difference(vector_load(x, i, lane), vector_load(x, j, lane));
      lane_real r = lane_sqrt(vector_dot(d, d));
      lane_real stretch = r - bonds->length[b];
      lane_real pull = bonds->constant[b] * stretch;
      sum.row += 0.5 * pull * stretch;
      if (b % TERMS_PER_ROW == TERMS_PER_ROW - 1) sum_end_row(&sum);
      if (forces) {
        // At r = 0 the direction is undefined; the force there is taken as zero.
        lane_real scale = -pull / lane_select(r > 0.0, r, lane_broadcast(1.0));
        lane_vector f = vector_scaled(d, scale);
        vector_add_to(forces, i, lane, f);
        vector_add_to(forces, j, lane, vector_scaled(f, lane_broadcast(-1.0)));
      }
    }
    sum_store(sum, energy + lane);
  }
}

LANE_KERNEL void LANE_VARIANT(harmonic_angles)(
    const LANE_TYPED(lane_angles) *angles, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    lane_sum sum = sum_zero();
    for (int32_t a = 0; a < angles->count; a++) {
      int32_t i = angles->atoms[3 * a], j = angles->atoms[3 * a + 1], k = angles->atoms[3 * a + 2];
      lane_vector center = vector_load(x, j, lane);
      lane_vector u = vector_difference(vector_load(x, i, lane), center);
      lane_vector v = vector_difference(vector_load(x, k, lane), center);
      lane_real u2 = vector_dot(u, u), v2 = vector_dot(v, v), uv = vector_dot(u, v);
      lane_vector normal = vector_cross(u, v);
      // At a straight angle the normal vanishes, and with it the numerators that its inverse length multiplies.
      lane_real normal2 = vector_dot(normal, normal);
      lane_real inverse_c =
        lane_inverse_sqrt(lane_select(normal2 < STRAIGHT_SQUARED, lane_broadcast(STRAIGHT_SQUARED), normal2));
      lane_real c = normal2 * inverse_c;
      lane_real theta = lane_atan2(c, uv);
      lane_real bend = theta - angles->angle[a];
      lane_real torque = angles->constant[a] * bend;
      lane_int collapsed = (u2 < COINCIDENT_SQUARED) | (v2 < COINCIDENT_SQUARED);
      sum.row += lane_select(collapsed, lane_broadcast(__builtin_inf()), 0.5 * torque * bend);
      if (a % TERMS_PER_ROW == TERMS_PER_ROW - 1) sum_end_row(&sum);
      if (forces) {
        // ∂θ/∂u = (u (u·v)/u² − v)/|u × v|
        lane_real scale = torque * inverse_c;
        lane_real shared = scale * uv / (u2 * v2);
        lane_vector fu = vector_difference(vector_scaled(v, scale), vector_scaled(u, shared * v2));
        lane_vector fv = vector_difference(vector_scaled(u, scale), vector_scaled(v, shared * u2));
        vector_add_to(forces, i, lane, fu);
        vector_add_to(forces, k, lane, fv);
        vector_add_to(forces, j, lane, vector_scaled(vector_sum(fu, fv), lane_broadcast(-1.0)));
      }
    }
    sum_store(sum, energy + lane);
  }
}

// Forces by Blondel & Karplus 1996, doi:10.1002/(SICI)1096-987X(19960715)17:9<1132::AID-JCC5>3.0.CO;2-T; cos nφ and
// sin nφ by the addition theorems, so that no inverse trigonometric function is needed.
LANE_KERNEL void LANE_VARIANT(periodic_torsions)(
    const LANE_TYPED(lane_torsions) *torsions, const LANE_SCALAR *x, LANE_SCALAR *forces, double *energy) {
  for (int lane = 0; lane < LANE_STRIDE; lane += LANE_WIDTH) {
    lane_sum sum = sum_zero();
    for (int32_t t = 0; t < torsions->count; t++) {
      const int32_t *atoms = torsions->atoms + 4 * t;
      lane_vector xj = vector_load(x, atoms[1], lane), xk = vector_load(x, atoms[2], lane);
      lane_vector f = vector_difference(vector_load(x, atoms[0], lane), xj);
      lane_vector g = vector_difference(xj, xk);
      lane_vector h = vector_difference(vector_load(x, atoms[3], lane), xk);
      lane_vector a = vector_cross(f, g), b = vector_cross(h, g);
      lane_real a2 = vector_dot(a, a), b2 = vector_dot(b, b), g2 = vector_dot(g, g);
      // Three atoms on a line leave the dihedral undefined.
      lane_real product = a2 * b2;
      lane_int collapsed = product < COLLINEAR_PRODUCT;
      lane_real inverse = lane_inverse_sqrt(product), inverse_g = lane_inverse_sqrt(g2);
      lane_real gl = g2 * inverse_g;
      lane_real cosine = vector_dot(a, b) * inverse;
      lane_real sine = gl * vector_dot(a, h) * inverse;
      lane_real cn = cosine, sn = sine;
      lane_real u = lane_broadcast(torsions->constant[t]), slope = lane_broadcast(0.0);
      const LANE_SCALAR *series = torsions->series + torsions->start[t];
      int32_t order = torsions->periodicity[t];
      for (int32_t n = 1; n <= order; n++, series += 2) {
        u += series[0] * cn + series[1] * sn;
        slope += (LANE_SCALAR)n * (series[1] * cn - series[0] * sn);
        lane_real next = cn * cosine - sn * sine;
        sn = sn * cosine + cn * sine;
        cn = next;
      }
      sum.row += lane_select(collapsed, lane_broadcast(__builtin_inf()), u);
      if (t % TERMS_PER_ROW == TERMS_PER_ROW - 1) sum_end_row(&sum);
      if (forces) {
        lane_real over = slope * inverse * inverse;
        lane_real over_a2 = over * b2, over_b2 = over * a2;
        lane_real wi = gl * over_a2, wl = gl * over_b2;
        lane_real wf = vector_dot(f, g) * inverse_g * over_a2, wh = vector_dot(h, g) * inverse_g * over_b2;
        lane_vector fi = vector_scaled(a, wi), fl = vector_scaled(b, -wl);
        lane_vector middle = vector_difference(vector_scaled(a, wf), vector_scaled(b, wh));
        vector_add_to(forces, atoms[0], lane, fi);
        vector_add_to(forces, atoms[3], lane, fl);
        vector_add_to(forces, atoms[1], lane, vector_scaled(vector_sum(fi, middle), lane_broadcast(-1.0)));
        vector_add_to(forces, atoms[2], lane, vector_difference(middle, fl));
      }
    }
    sum_store(sum, energy + lane);
  }
}
