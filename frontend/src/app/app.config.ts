// What the client is made of: router, error listeners, and the attempt to resume the session at start.
import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
  provideZonelessChangeDetection,
} from '@angular/core';
import {
  TitleStrategy,
  provideRouter,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
} from '@angular/router';
import { Identity } from './core/identity';
import { findLostPage } from './core/lost-page';
import { PageTitle } from './core/page-title';
import { Preferences } from './core/preferences';
import { routes } from './app.routes';

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
      withNavigationErrorHandler(findLostPage),
    ),
    { provide: TitleStrategy, useClass: PageTitle },
    provideAppInitializer(() => {
      inject(Preferences);
      return inject(Identity).resume();
    }),
  ],
};
