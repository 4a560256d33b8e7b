// Counts what a run would be billed for: calls and units, by service.

export interface CallCounts {
  /** DynamoDB write units (1 KB each, index writes included). */
  write(units: number): void;
  /** DynamoDB read units. */
  read(units: number): void;
  /** Units of sweep: they come with time, not with deliveries. */
  sweepRead(units: number): void;
  sweepWrite(units: number): void;
  sqsRequests(count: number): void;
  schedule(): void;
  invocation(): void;
  readonly totals: Totals;
}

export interface Totals {
  dynamoDbWriteUnits: number;
  dynamoDbReadUnits: number;
  sweepReadUnits: number;
  sweepWriteUnits: number;
  sqsRequests: number;
  schedules: number;
  invocations: number;
}

export function createCallCounts(): CallCounts {
  const totals: Totals = {
    dynamoDbWriteUnits: 0,
    dynamoDbReadUnits: 0,
    sweepReadUnits: 0,
    sweepWriteUnits: 0,
    sqsRequests: 0,
    schedules: 0,
    invocations: 0,
  };
  return {
    totals,
    write: (units) => {
      totals.dynamoDbWriteUnits += units;
    },
    read: (units) => {
      totals.dynamoDbReadUnits += units;
    },
    sweepRead: (units) => {
      totals.sweepReadUnits += units;
    },
    sweepWrite: (units) => {
      totals.sweepWriteUnits += units;
    },
    sqsRequests: (count) => {
      totals.sqsRequests += count;
    },
    schedule: () => {
      totals.schedules++;
    },
    invocation: () => {
      totals.invocations++;
    },
  };
}
