/** The platform's public API for what runs in a cage without a network: `gateway/` is behind it. */
export interface GatewayOpener {
  /**
   * Listens on a unix socket in `folder` (which must be there; a socket of an earlier process is replaced) and hands
   * requests below `/public/api/` on to the platform with a token of this attempt. Throws what asking for the first
   * token throws.
   */
  open(options: {
    folder: string;
    taskKey: string;
    attempt: number;
    signal: AbortSignal;
  }): Promise<PlatformGateway>;
}

export interface PlatformGateway {
  /** The task's number on the platform; undefined from an older one. */
  taskId: number | undefined;
  /** Ends every request that is under way. May be called twice. */
  close(): Promise<void>;
}

/** A script's request on its way to the platform. */
export interface ForwardedRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: AsyncIterable<Uint8Array> | undefined;
  signal: AbortSignal;
}

/** Name of the socket in its folder. */
export const GATEWAY_SOCKET = 'platform.sock';
