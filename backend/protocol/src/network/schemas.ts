// Network: what a facility's sensor measured of its traffic, window by window.
import { z } from 'zod';
import { Instant } from '../ids';

/** Name of a facility, as FACILITIES configures it. */
export const FacilityId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be the lower-case name of a facility');

const count = z.number().int().min(0).max(1e12);

export const NetworkWindow = z.strictObject({
  facility_id: FacilityId,
  sensor: z.string().trim().min(1).max(100),
  /** The window, at most a minute; its end gives its place in time. */
  from: Instant,
  to: Instant,
  packets_per_sec: z.number().min(0).max(1e9),
  bytes_per_sec: z.number().min(0).max(1e12),
  unique_src_ips: count,
  unique_dest_ips: count,
  /** Share of the packets by protocol; the shares sum to 1. */
  protocol_distribution: z
    .record(z.string().regex(/^[a-z0-9_.-]{1,30}$/), z.number().min(0).max(1))
    .refine((shares) => Object.keys(shares).length <= 50, 'has more than 50 protocols')
    .refine((shares) => {
      const sum = Object.values(shares).reduce((total, share) => total + share, 0);
      return Object.keys(shares).length === 0 || Math.abs(sum - 1) < 0.01;
    }, 'must have shares that sum to 1'),
  failed_connections: count,
  /** Further measures of the sensor by name. */
  raw_features: z
    .record(z.string().max(60), z.number())
    .refine((features) => Object.keys(features).length <= 100, 'has more than 100 features'),
});
export type NetworkWindow = z.infer<typeof NetworkWindow>;

/** The windows of a facility's last 60 seconds, oldest first. */
export const NetworkContext = z.object({
  facility_id: FacilityId,
  windows: z.array(NetworkWindow),
});
export type NetworkContext = z.infer<typeof NetworkContext>;
