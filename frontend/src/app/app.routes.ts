// Every place of the client; each is loaded when it is first opened.
import type { Routes } from '@angular/router';
import { hasRole, keepsDraft, signedIn, toHome } from './core/guards';

export const routes: Routes = [
  {
    path: 'sign-in',
    title: 'Sign in',
    loadComponent: () => import('./features/sign-in/sign-in-page').then((m) => m.SignInPage),
  },
  {
    path: 'link',
    title: 'Set your password',
    loadComponent: () => import('./features/sign-in/link-page').then((m) => m.LinkPage),
  },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./features/shell/shell').then((m) => m.Shell),
    children: [
      { path: '', pathMatch: 'full', redirectTo: toHome },
      {
        path: 'my-session',
        title: 'My session',
        loadComponent: () =>
          import('./features/my-session/my-session-page').then((m) => m.MySessionPage),
      },
      {
        path: 'enter',
        title: 'On the way to a protected site',
        loadComponent: () => import('./features/enter/enter-page').then((m) => m.EnterPage),
      },
      {
        path: 'account',
        title: 'Account',
        loadComponent: () => import('./features/account/account-page').then((m) => m.AccountPage),
      },
      {
        path: 'why/:kind/:id',
        title: 'Why',
        loadComponent: () => import('./features/why/why-page').then((m) => m.WhyPage),
      },
      {
        path: 'privacy',
        title: 'Privacy',
        loadComponent: () => import('./features/privacy/privacy-page').then((m) => m.PrivacyPage),
      },
      {
        path: 'notifications',
        title: 'Notifications',
        loadComponent: () =>
          import('./features/notifications/notifications-page').then((m) => m.NotificationsPage),
      },
      {
        path: 'appeals',
        title: 'Appeals',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/petitions/petitions-page').then((m) => m.PetitionsPage),
      },
      {
        path: 'appeals/:id',
        title: 'Appeal',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/petitions/petition-page').then((m) => m.PetitionPage),
      },
      {
        path: 'jobs',
        title: 'Jobs',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/jobs/jobs-page').then((m) => m.JobsPage),
      },
      {
        path: 'jobs/schedules',
        title: 'Schedules',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/jobs/schedules-page').then((m) => m.SchedulesPage),
      },
      {
        path: 'jobs/:id',
        title: 'Job',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/jobs/job-page').then((m) => m.JobPage),
      },
      {
        path: 'developer',
        title: 'Developer',
        loadComponent: () =>
          import('./features/developer/developer-page').then((m) => m.DeveloperPage),
      },
      {
        path: 'overview',
        title: 'Overview',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/overview/overview-page').then((m) => m.OverviewPage),
      },
      {
        path: 'sessions',
        title: 'Sessions',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/sessions/sessions-page').then((m) => m.SessionsPage),
      },
      {
        path: 'sessions/:id',
        title: 'Session',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/sessions/session-page').then((m) => m.SessionPage),
      },
      {
        path: 'alerts',
        title: 'Alerts',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/alerts/alerts-page').then((m) => m.AlertsPage),
      },
      {
        path: 'alerts/:id',
        title: 'Alert',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/alerts/alert-page').then((m) => m.AlertPage),
      },
      {
        path: 'policies',
        title: 'Policies',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () =>
          import('./features/policies/policies-page').then((m) => m.PoliciesPage),
      },
      {
        path: 'policies/edit',
        title: 'Edit the policy',
        canActivate: [hasRole('admin')],
        canDeactivate: [keepsDraft],
        loadComponent: () => import('./features/policies/edit-page').then((m) => m.EditPage),
      },
      {
        path: 'policies/effect',
        title: 'What the policy does',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/policies/effect-page').then((m) => m.EffectPage),
      },
      {
        path: 'policies/runs',
        title: 'Policies tried on the past',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/policies/runs-page').then((m) => m.RunsPage),
      },
      {
        path: 'policies/runs/:id',
        title: 'Tried on the past',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/policies/run-page').then((m) => m.RunPage),
      },
      {
        path: 'policies/health',
        title: 'New versions watched',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/policies/health-page').then((m) => m.HealthPage),
      },
      {
        path: 'policies/versions',
        title: 'Versions of the policy',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () =>
          import('./features/policies/versions-page').then((m) => m.VersionsPage),
      },
      {
        path: 'users/groups',
        title: 'Groups',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/users/groups-page').then((m) => m.GroupsPage),
      },
      {
        path: 'users',
        title: 'Users',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/users/users-page').then((m) => m.UsersPage),
      },
      {
        path: 'users/:id',
        title: 'User',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/users/user-page').then((m) => m.UserPage),
      },
      {
        path: 'api-keys',
        title: 'API keys',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/api-keys/api-keys-page').then((m) => m.ApiKeysPage),
      },
      {
        path: 'applications',
        title: 'Applications',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/applications/applications-page').then((m) => m.ApplicationsPage),
      },
      {
        path: 'applications/:id',
        title: 'Application',
        canActivate: [hasRole('admin')],
        loadComponent: () =>
          import('./features/applications/application-page').then((m) => m.ApplicationPage),
      },
      {
        path: 'audit',
        title: 'Audit',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/audit/audit-page').then((m) => m.AuditPage),
      },
      {
        path: 'audit/records/:id',
        title: 'Audit record',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/audit/record-page').then((m) => m.RecordPage),
      },
      {
        path: 'audit/anchors',
        title: 'Anchors',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/audit/anchors-page').then((m) => m.AnchorsPage),
      },
      {
        path: 'audit/integrity',
        title: 'Integrity of the log',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/audit/integrity-page').then((m) => m.IntegrityPage),
      },
      {
        path: 'audit/check',
        title: 'Check a receipt',
        canActivate: [hasRole('admin', 'auditor')],
        loadComponent: () => import('./features/audit/check-page').then((m) => m.CheckPage),
      },
      {
        path: 'system',
        title: 'System',
        canActivate: [hasRole('admin')],
        loadComponent: () => import('./features/system/system-page').then((m) => m.SystemPage),
      },
      {
        path: '**',
        title: 'Not found',
        loadComponent: () => import('./features/shell/not-found').then((m) => m.NotFound),
      },
    ],
  },
];
