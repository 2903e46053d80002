import { applyDecorators } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';

/** One `host:port`; brackets stand around IPv6. */
const ADDRESS = String.raw`(\[[\da-f:.]+\]|[^\s,:>[\]]+):\d{1,5}`;
const PAIRS = new RegExp(String.raw`^${ADDRESS}>${ADDRESS}(\s*,\s*${ADDRESS}>${ADDRESS})*$`, 'i');
const ADDRESSES = new RegExp(String.raw`^${ADDRESS}(\s*,\s*${ADDRESS})*$`, 'i');

/** A comma-separated list of `host:port`. */
export function Addresses(example: string): PropertyDecorator {
  const message = `must be a comma-separated list of host:port such as ${example}`;
  return applyDecorators(IsOptional(), Matches(ADDRESSES, { message }));
}

/** A comma-separated list of an announced address and the one to use instead. */
export function AddressPairs(example: string): PropertyDecorator {
  const message = `must be a comma-separated list of announced>reachable, such as ${example}`;
  return applyDecorators(IsOptional(), Matches(PAIRS, { message }));
}
