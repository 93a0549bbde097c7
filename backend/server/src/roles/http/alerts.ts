// Wires the routes of alerts.
import { alertHandlers } from '../../routes/alerts';
import type { HttpGround } from './http-ground';

export const alertRoutes = ({ stores, herald, journal, clock }: HttpGround) =>
  alertHandlers({ alerts: stores.alerts, announcer: herald, journal, clock });
