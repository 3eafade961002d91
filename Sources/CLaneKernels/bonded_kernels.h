// Harmonic bonds, harmonic angles and periodic torsions. Included once per instruction-set variant.

typedef struct {
  lane_double x, y, z;
} lane_vector;

LANE_INLINE lane_vector vector_load(const double *base, int32_t atom, int lane) {
  const double *p = base + (int64_t)atom * 3 * LANE_BLOCK + lane;
  return (lane_vector){lane_load(p), lane_load(p + LANE_BLOCK), lane_load(p + 2 * LANE_BLOCK)};
}

LANE_INLINE void vector_add_to(double *base, int32_t atom, int lane, lane_vector v) {
  double *p = base + (int64_t)atom * 3 * LANE_BLOCK + lane;
  lane_store(p, lane_load(p) + v.x);
  lane_store(p + LANE_BLOCK, lane_load(p + LANE_BLOCK) + v.y);
  lane_store(p + 2 * LANE_BLOCK, lane_load(p + 2 * LANE_BLOCK) + v.z);
}

LANE_INLINE lane_vector vector_difference(lane_vector a, lane_vector b) {
  return (lane_vector){a.x - b.x, a.y - b.y, a.z - b.z};
}

LANE_INLINE lane_vector vector_sum(lane_vector a, lane_vector b) {
  return (lane_vector){a.x + b.x, a.y + b.y, a.z + b.z};
}

LANE_INLINE lane_vector vector_scaled(lane_vector a, lane_double s) { return (lane_vector){a.x * s, a.y * s, a.z * s}; }

LANE_INLINE lane_double vector_dot(lane_vector a, lane_vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

LANE_INLINE lane_vector vector_cross(lane_vector a, lane_vector b) {
  return (lane_vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// Squared lengths below this (nm²) are coincidence: far below any bond, far above underflow of their squares.
#define COINCIDENT_SQUARED 1e-10
// Products of two squared normals of a dihedral (nm⁸) below this leave it undefined.
#define COLLINEAR_PRODUCT 1e-36

static void LANE_VARIANT(harmonic_bonds)(const lane_bonds *bonds, const double *x, double *forces, double *energy) {
  for (int lane = 0; lane < LANE_BLOCK; lane += LANE_WIDTH) {
    lane_double sum = lane_broadcast(0.0);
    for (int32_t b = 0; b < bonds->count; b++) {
      int32_t i = bonds->atoms[2 * b], j = bonds->atoms[2 * b + 1];
      lane_vector d = vector_difference(vector_load(x, i, lane), vector_load(x, j, lane));
      lane_double r = lane_sqrt(vector_dot(d, d));
      lane_double stretch = r - bonds->length[b];
      lane_double pull = bonds->constant[b] * stretch;
      sum += 0.5 * pull * stretch;
      if (forces) {
        // At r = 0 the direction is undefined; the force there is taken as zero.
        lane_double scale = -pull / lane_select(r > 0.0, r, lane_broadcast(1.0));
        lane_vector f = vector_scaled(d, scale);
        vector_add_to(forces, i, lane, f);
        vector_add_to(forces, j, lane, vector_scaled(f, lane_broadcast(-1.0)));
      }
    }
    lane_store(energy + lane, lane_load(energy + lane) + sum);
  }
}

static void LANE_VARIANT(harmonic_angles)(const lane_angles *angles, const double *x, double *forces, double *energy) {
  for (int lane = 0; lane < LANE_BLOCK; lane += LANE_WIDTH) {
    lane_double sum = lane_broadcast(0.0);
    for (int32_t a = 0; a < angles->count; a++) {
      int32_t i = angles->atoms[3 * a], j = angles->atoms[3 * a + 1], k = angles->atoms[3 * a + 2];
      lane_vector center = vector_load(x, j, lane);
      lane_vector u = vector_difference(vector_load(x, i, lane), center);
      lane_vector v = vector_difference(vector_load(x, k, lane), center);
      lane_double u2 = vector_dot(u, u), v2 = vector_dot(v, v), uv = vector_dot(u, v);
      lane_vector normal = vector_cross(u, v);
      // At a straight angle the normal vanishes, and with it the numerators that its inverse length multiplies.
      lane_double normal2 = vector_dot(normal, normal);
      lane_double inverse_c = 1.0 / lane_sqrt(lane_select(normal2 < 1e-36, lane_broadcast(1e-36), normal2));
      lane_double c = normal2 * inverse_c;
      lane_double theta = lane_atan2(c, uv);
      lane_double bend = theta - angles->angle[a];
      lane_double torque = angles->constant[a] * bend;
      lane_int collapsed = (u2 < COINCIDENT_SQUARED) | (v2 < COINCIDENT_SQUARED);
      sum += lane_select(collapsed, lane_broadcast(__builtin_inf()), 0.5 * torque * bend);
      if (forces) {
        // ∂θ/∂u = (u (u·v)/u² − v)/|u × v|
        lane_double scale = torque * inverse_c;
        lane_double shared = scale * uv / (u2 * v2);
        lane_vector fu = vector_difference(vector_scaled(v, scale), vector_scaled(u, shared * v2));
        lane_vector fv = vector_difference(vector_scaled(u, scale), vector_scaled(v, shared * u2));
        vector_add_to(forces, i, lane, fu);
        vector_add_to(forces, k, lane, fv);
        vector_add_to(forces, j, lane, vector_scaled(vector_sum(fu, fv), lane_broadcast(-1.0)));
      }
    }
    lane_store(energy + lane, lane_load(energy + lane) + sum);
  }
}

// Forces by Blondel & Karplus 1996, doi:10.1002/(SICI)1096-987X(19960715)17:9<1132::AID-JCC5>3.0.CO;2-T; cos nφ and
// sin nφ by the addition theorems, so that no inverse trigonometric function is needed.
static void LANE_VARIANT(periodic_torsions)(
    const lane_torsions *torsions, const double *x, double *forces, double *energy) {
  for (int lane = 0; lane < LANE_BLOCK; lane += LANE_WIDTH) {
    lane_double sum = lane_broadcast(0.0);
    for (int32_t t = 0; t < torsions->count; t++) {
      const int32_t *atoms = torsions->atoms + 4 * t;
      lane_vector xj = vector_load(x, atoms[1], lane), xk = vector_load(x, atoms[2], lane);
      lane_vector f = vector_difference(vector_load(x, atoms[0], lane), xj);
      lane_vector g = vector_difference(xj, xk);
      lane_vector h = vector_difference(vector_load(x, atoms[3], lane), xk);
      lane_vector a = vector_cross(f, g), b = vector_cross(h, g);
      lane_double a2 = vector_dot(a, a), b2 = vector_dot(b, b), g2 = vector_dot(g, g);
      // Three atoms on a line leave the dihedral undefined.
      lane_double product = a2 * b2;
      lane_int collapsed = product < COLLINEAR_PRODUCT;
      lane_double inverse = 1.0 / lane_sqrt(product), inverse_g = 1.0 / lane_sqrt(g2);
      lane_double gl = g2 * inverse_g;
      lane_double cosine = vector_dot(a, b) * inverse;
      lane_double sine = gl * vector_dot(a, h) * inverse;
      lane_double cn = cosine, sn = sine;
      lane_double u = lane_broadcast(torsions->constant[t]), slope = lane_broadcast(0.0);
      const double *series = torsions->series + torsions->start[t];
      int32_t order = torsions->periodicity[t];
      for (int32_t n = 1; n <= order; n++, series += 2) {
        u += series[0] * cn + series[1] * sn;
        slope += (double)n * (series[1] * cn - series[0] * sn);
        lane_double next = cn * cosine - sn * sine;
        sn = sn * cosine + cn * sine;
        cn = next;
      }
      sum += lane_select(collapsed, lane_broadcast(__builtin_inf()), u);
      if (forces) {
        lane_double over = slope * inverse * inverse;
        lane_double over_a2 = over * b2, over_b2 = over * a2;
        lane_double wi = gl * over_a2, wl = gl * over_b2;
        lane_double wf = vector_dot(f, g) * inverse_g * over_a2, wh = vector_dot(h, g) * inverse_g * over_b2;
        lane_vector fi = vector_scaled(a, wi), fl = vector_scaled(b, -wl);
        lane_vector middle = vector_difference(vector_scaled(a, wf), vector_scaled(b, wh));
        vector_add_to(forces, atoms[0], lane, fi);
        vector_add_to(forces, atoms[3], lane, fl);
        vector_add_to(forces, atoms[1], lane, vector_scaled(vector_sum(fi, middle), lane_broadcast(-1.0)));
        vector_add_to(forces, atoms[2], lane, vector_difference(middle, fl));
      }
    }
    lane_store(energy + lane, lane_load(energy + lane) + sum);
  }
}
