/** Lists: filters, order, pages. */
export type FilterOperator = '=' | '!=' | 'in' | '!in' | '>' | '>=' | '<' | '<=' | 'like' | 'ilike';

export interface Filter {
  /** A column by its API name (`id`, `name`, `parentId`, `updatedAt`, ...); an unknown one is SLY_USAGE. */
  field: string;
  operator: FilterOperator;
  value: unknown;
}

/** Stable order (`sort`, then id). `page` counts from 1; with `after` (an id) it is keyset paging by id instead. */
export interface ListQuery {
  filter?: readonly Filter[];
  sort?: 'id' | 'name' | 'createdAt' | 'updatedAt' | 'customSort';
  order?: 'asc' | 'desc';
  page?: number;
  after?: number;
  perPage: number;
}

export interface Listed<T> {
  total: number;
  entities: T[];
}
