// Lennard-Jones and screened Coulomb energies of one atom with others at many candidate places. Included once per variant.
//
// Lanes are places: the sums over pairs stay in registers.

LANE_INLINE void add_placement(
    const LANE_TYPED(lane_placement) *pairs, int32_t first, int32_t end, const LANE_SCALAR *positions, lane_real x,
    lane_real y, lane_real z, lane_real *contact, lane_real *electrostatic) {
  const lane_real nearest = lane_broadcast(pairs->nearest_squared);
  lane_real u_contact = *contact, u_electrostatic = *electrostatic;
  for (int32_t p = first; p < end; p++) {
    const LANE_SCALAR *other = positions + pairs->position_stride * pairs->others[p];
    const LANE_SCALAR *parameters = pairs->parameters + 5 * p;
    lane_real dx = x - other[0], dy = y - other[1], dz = z - other[2];
    lane_real r2 = dx * dx + dy * dy + dz * dz;
    r2 = lane_select(r2 < nearest, nearest, r2);
    lane_real inverse = lane_inverse_sqrt(r2);
    lane_real inverse2 = inverse * inverse, inverse6 = inverse2 * inverse2 * inverse2;
    u_contact += (parameters[0] * inverse6 - parameters[1]) * inverse6;
    u_electrostatic += parameters[2] * inverse;
    if (parameters[3] != 0) {
      LANE_SCALAR radii = parameters[4];
      lane_real f2 = r2 + radii * lane_exp(r2 * (REAL(-0.25) / radii));
      u_electrostatic -= parameters[3] * lane_inverse_sqrt(f2);
    }
  }
  *contact = u_contact;
  *electrostatic = u_electrostatic;
}

LANE_INLINE void placement_lanes(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, lane_real x, lane_real y, lane_real z,
    LANE_SCALAR *contact, LANE_SCALAR *electrostatic) {
  lane_real u_contact = lane_load(contact), u_electrostatic = lane_load(electrostatic);
  add_placement(pairs, 0, pairs->count, positions, x, y, z, &u_contact, &u_electrostatic);
  lane_store(contact, u_contact);
  lane_store(electrostatic, u_electrostatic);
}

LANE_KERNEL void LANE_VARIANT(placement_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, int64_t count, const LANE_SCALAR *x,
    const LANE_SCALAR *y, const LANE_SCALAR *z, LANE_SCALAR *contact, LANE_SCALAR *electrostatic) {
  for (int64_t k = 0; k < count; k += LANE_WIDTH) {
    placement_lanes(
        pairs, positions, lane_load(x + k), lane_load(y + k), lane_load(z + k), contact + k, electrostatic + k);
  }
}

typedef struct {
  lane_real x[3];
} LANE_VARIANT(lane_place);

LANE_INLINE LANE_VARIANT(lane_place) turned_place(
    const LANE_TYPED(lane_turning) *turning, const LANE_SCALAR *local, lane_real cosine, lane_real sine) {
  lane_real across = local[1] * cosine - local[2] * sine, normal = local[1] * sine + local[2] * cosine;
  LANE_VARIANT(lane_place) place;
  for (int d = 0; d < 3; d++) {
    place.x[d] = (turning->origin[d] + turning->axis[d] * local[0]) + turning->across[d] * across
        + turning->normal[d] * normal;
  }
  return place;
}

LANE_KERNEL void LANE_VARIANT(turned_pairs)(
    const LANE_TYPED(lane_placement) *pairs, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *contact,
    LANE_SCALAR *electrostatic) {
  for (int64_t k = 0; k < count; k += LANE_WIDTH) {
    LANE_VARIANT(lane_place) place = turned_place(turning, turning->local, lane_load(cosines + k), lane_load(sines + k));
    placement_lanes(pairs, positions, place.x[0], place.x[1], place.x[2], contact + k, electrostatic + k);
  }
}

LANE_KERNEL void LANE_VARIANT(turned_shells)(
    const LANE_TYPED(lane_shells) *shells, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *sums) {
  const LANE_SCALAR scale = 1 / shells->width;
  const lane_real zero = lane_broadcast(0), one = lane_broadcast(1);
  for (int64_t k = 0; k < count; k += LANE_WIDTH) {
    LANE_VARIANT(lane_place) place = turned_place(turning, turning->local, lane_load(cosines + k), lane_load(sines + k));
    lane_real atoms[LANE_SHELLS], charges[LANE_SHELLS];
    for (int shell = 0; shell < LANE_SHELLS; shell++) atoms[shell] = charges[shell] = zero;
    for (int32_t p = 0; p < shells->count; p++) {
      const LANE_SCALAR *other = positions + shells->position_stride * shells->others[p];
      lane_real dx = place.x[0] - other[0], dy = place.x[1] - other[1], dz = place.x[2] - other[2];
      lane_real r2 = dx * dx + dy * dy + dz * dz + REAL(1e-12);
      lane_real t = (r2 * lane_inverse_sqrt(r2) - shells->first) * scale;
      for (int shell = 0; shell < LANE_SHELLS; shell++) {
        lane_real away = t - REAL(shell);
        away = lane_select(away < zero, -away, away);
        lane_real hat = one - away;
        hat = lane_select(hat < zero, zero, hat);
        atoms[shell] += hat * shells->weights[2 * p];
        charges[shell] += hat * shells->weights[2 * p + 1];
      }
    }
    for (int shell = 0; shell < LANE_SHELLS; shell++) {
      lane_store(sums + shell * count + k, atoms[shell]);
      lane_store(sums + (LANE_SHELLS + shell) * count + k, charges[shell]);
    }
  }
}

// Whether `x` is above `limit` in every lane.
LANE_INLINE int all_above(lane_real x, LANE_SCALAR limit) { return __builtin_reduce_and(x > lane_broadcast(limit)) != 0; }

LANE_KERNEL void LANE_VARIANT(turned_arms)(
    const LANE_TYPED(lane_arms) *arms, const LANE_SCALAR *positions, const LANE_TYPED(lane_turning) *turning,
    int64_t count, const LANE_SCALAR *cosines, const LANE_SCALAR *sines, LANE_SCALAR *shares) {
  const lane_real highest = lane_broadcast(arms->highest);
  const lane_real lowest_share = lane_exp(-highest);
  for (int64_t k = 0; k < count; k += LANE_WIDTH) {
    const lane_real cosine = lane_load(cosines + k), sine = lane_load(sines + k);
    lane_real before[LANE_ARM_LEVELS];
    before[0] = lane_broadcast(0);
    lane_real share = before[0];
    int32_t at = 0;
    while (at < arms->segment_count) {
      const lane_arm_segment *segment = arms->segments + at;
      lane_real contact = lane_broadcast(0), electrostatic = contact;
      for (int32_t number = segment->first_site; number < segment->end_of_sites; number++) {
        const LANE_TYPED(lane_arm_site) *site = arms->sites + number;
        LANE_VARIANT(lane_place) place = turned_place(turning, site->local, cosine, sine);
        add_placement(
            &arms->pairs, site->first_pair, site->end_of_pairs, positions, place.x[0], place.x[1], place.x[2], &contact,
            &electrostatic);
      }
      lane_real energy = before[segment->level] + arms->beta * (contact + electrostatic);
      if (segment->next == at + 1) {
        share += lane_exp(-lane_min(energy, highest));
        at += 1;
      } else if (all_above(energy, arms->hopeless)) {
        // Whatever the rest of these arms meets, they count as little as any.
        share += (LANE_SCALAR)segment->arms * lowest_share;
        at = segment->next;
      } else {
        before[segment->level + 1] = energy;
        at += 1;
      }
    }
    lane_store(shares + k, share);
  }
}
