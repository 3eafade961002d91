// Attention of one query to the tokens before it. Included once per variant.

typedef LANE_TYPED(network_attention_input) attention_input;

LANE_KERNEL void LANE_VARIANT(attention)(const attention_input *in, LANE_SCALAR *weights, LANE_SCALAR *y) {
  int64_t stride = in->stride, tokens = in->tokens;
  for (int64_t head = 0; head < in->heads; head++) {
    int64_t offset = head * in->width * stride;
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c;
      LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      lane_real largest = lane_broadcast(-(LANE_SCALAR)__builtin_inf());
      for (int64_t t = 0; t < tokens; t++) {
        lane_real score = lane_broadcast(0);
        for (int64_t d = 0; d < in->width; d++) {
          int64_t i = offset + d * stride + c;
          score += load_some(in->query + i, n) * load_some(in->keys[t] + i, n);
        }
        score *= in->scale;
        largest = lane_max(largest, score);
        store_some(p + t * in->columns, score, n);
      }
      lane_real sum = lane_broadcast(0);
      for (int64_t t = 0; t < tokens; t++) {
        lane_real e = lane_exp(load_some(p + t * in->columns, n) - largest);
        sum += e;
        store_some(p + t * in->columns, e, n);
      }
      lane_real inverse = 1 / sum;
      for (int64_t t = 0; t < tokens; t++) {
        store_some(p + t * in->columns, load_some(p + t * in->columns, n) * inverse, n);
      }
      for (int64_t d = 0; d < in->width; d++) {
        int64_t i = offset + d * stride + c;
        lane_real value = lane_broadcast(0);
        for (int64_t t = 0; t < tokens; t++) value += load_some(p + t * in->columns, n) * load_some(in->values[t] + i, n);
        store_some(y + i, value, n);
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(attention_adjoint)(
    const attention_input *in, const LANE_SCALAR *weights, const LANE_SCALAR *dy, LANE_SCALAR *dquery,
    LANE_SCALAR *const *dkeys, LANE_SCALAR *const *dvalues) {
  int64_t stride = in->stride, tokens = in->tokens;
  for (int64_t head = 0; head < in->heads; head++) {
    int64_t offset = head * in->width * stride;
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c;
      const LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      // mean = Σ p_t dy·v_t = dy·y
      lane_real mean = lane_broadcast(0);
      for (int64_t t = 0; t < tokens; t++) {
        lane_real dot = lane_broadcast(0);
        for (int64_t d = 0; d < in->width; d++) {
          int64_t i = offset + d * stride + c;
          dot += load_some(dy + i, n) * load_some(in->values[t] + i, n);
        }
        mean += load_some(p + t * in->columns, n) * dot;
      }
      for (int64_t t = 0; t < tokens; t++) {
        lane_real weight = load_some(p + t * in->columns, n), dot = lane_broadcast(0);
        for (int64_t d = 0; d < in->width; d++) {
          int64_t i = offset + d * stride + c;
          lane_real out = load_some(dy + i, n);
          dot += out * load_some(in->values[t] + i, n);
          if (dvalues) add_some(dvalues[t] + i, weight * out, n);
        }
        lane_real dscore = weight * (dot - mean) * in->scale;
        for (int64_t d = 0; d < in->width; d++) {
          int64_t i = offset + d * stride + c;
          if (dquery) add_some(dquery + i, dscore * load_some(in->keys[t] + i, n), n);
          if (dkeys) add_some(dkeys[t] + i, dscore * load_some(in->query + i, n), n);
        }
      }
    }
  }
}

LANE_KERNEL void LANE_VARIANT(attention_tangent)(
    const attention_input *in, const LANE_SCALAR *weights, const LANE_SCALAR *change_query,
    const LANE_SCALAR *const *change_keys, const LANE_SCALAR *const *change_values, LANE_SCALAR *change_y) {
  int64_t stride = in->stride, tokens = in->tokens;
  for (int64_t head = 0; head < in->heads; head++) {
    int64_t offset = head * in->width * stride;
    for (int64_t c = 0; c < in->columns; c += LANE_WIDTH) {
      int64_t n = in->columns - c;
      const LANE_SCALAR *p = weights + head * tokens * in->columns + c;
      for (int64_t d = 0; d < in->width; d++) store_some(change_y + offset + d * stride + c, lane_broadcast(0), n);
      // The change of a softmax is p (ds − Σ p ds): once for the mean change of the scores, once for y.
      lane_real mean = lane_broadcast(0);
      for (int pass = 0; pass < 2; pass++) {
        for (int64_t t = 0; t < tokens; t++) {
          lane_real weight = load_some(p + t * in->columns, n), change = lane_broadcast(0);
          for (int64_t d = 0; d < in->width; d++) {
            int64_t i = offset + d * stride + c;
            if (change_query) change += load_some(change_query + i, n) * load_some(in->keys[t] + i, n);
            if (change_keys) change += load_some(in->query + i, n) * load_some(change_keys[t] + i, n);
          }
          change *= in->scale;
          if (pass == 0) {
            mean += weight * change;
            continue;
          }
          for (int64_t d = 0; d < in->width; d++) {
            int64_t i = offset + d * stride + c;
            lane_real sum = (change - mean) * load_some(in->values[t] + i, n);
            if (change_values) sum += load_some(change_values[t] + i, n);
            add_some(change_y + i, weight * sum, n);
          }
        }
      }
    }
  }
}
