// Checks receipts in this browser: the verifier is loaded when it is first needed, and asks the chain itself.
import { Injectable } from '@angular/core';
import type { ReceiptReport } from '../../core/wire';

/** What the served module offers (backend/verify, browser.ts). */
interface VerifierModule {
  checkReceipt: (
    text: string,
    sources: {
      rpc: readonly string[];
      trusted?: { key?: string | undefined; contract?: string | undefined };
    },
  ) => Promise<ReceiptReport>;
}

export interface Known {
  /** JSON-RPC address of the chain; empty: the anchor is not checked. */
  rpc: string;
  /** Verifier key of the log and address of the contract, known from elsewhere; empty: taken from the receipt. */
  key: string;
  contract: string;
}

export interface LocalCheck {
  report: ReceiptReport;
  /** Addresses that the policy of this page did not let the browser ask. */
  blocked: string[];
}

@Injectable({ providedIn: 'root' })
export class LocalVerifier {
  private module: Promise<VerifierModule> | undefined;

  /** Rejects when the verifier could not be loaded, and with an `Error` for an address that is none. */
  async check(text: string, { rpc, key, contract }: Known): Promise<LocalCheck> {
    const { checkReceipt } = await this.load();
    const blocked = new Set<string>();
    const hear = (event: SecurityPolicyViolationEvent): void => {
      if (event.effectiveDirective === 'connect-src') blocked.add(event.blockedURI);
    };
    document.addEventListener('securitypolicyviolation', hear);
    try {
      const report = await checkReceipt(text, {
        rpc: rpc.split(/[\s,]+/).filter(Boolean),
        trusted: { key: key || undefined, contract: contract || undefined },
      });
      return { report, blocked: [...blocked] };
    } finally {
      document.removeEventListener('securitypolicyviolation', hear);
    }
  }

  private load(): Promise<VerifierModule> {
    // In a variable: the same file that others download, not one that is built into this page.
    const address = new URL('/verify.js', document.baseURI).href;
    this.module ??= (import(/* @vite-ignore */ address) as Promise<VerifierModule>).catch(
      (cause: unknown) => {
        this.module = undefined;
        throw new Error('The verifier could not be loaded from this server.', { cause });
      },
    );
    return this.module;
  }
}
