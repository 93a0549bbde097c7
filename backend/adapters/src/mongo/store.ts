// One collection: its strict schema, its indexes, and the few operations that repositories are made of.
import {
  Schema,
  trusted,
  type Connection,
  type IndexDefinition,
  type IndexOptions,
  type Model,
  type mongo,
  type PipelineStage,
  type SchemaDefinition,
} from 'mongoose';
import { answered, isDuplicate, onlyDuplicates } from './faults';

/** A record as it is stored: its `id` is the `_id`. */
export type Stored<R extends { id: unknown }> = Omit<R, 'id'> & { _id: R['id'] };

export function toStored<R extends { id: unknown }>({ id, ...rest }: R): Stored<R> {
  return { _id: id, ...rest };
}

export function fromStored<R extends { id: unknown }>(document: Stored<R>): R {
  const { _id, ...rest } = document;
  return { id: _id, ...rest } as unknown as R;
}

export interface Document {
  _id: string | number;
}

export interface CollectionDeclaration {
  name: string;
  schema: Schema;
}

/** What is compared by an operator, marked as ours: anything else that looks like an operator is taken for a value. */
export const op = <T extends object>(operators: T): T => trusted(operators);

export type Filter = Record<string, unknown>;
export type Update = Record<string, Record<string, unknown>>;
export type Sort = Record<string, 1 | -1>;

type Index = [fields: IndexDefinition, options?: IndexOptions];

/** A document of `expireAt` in the past is removed. */
export const EXPIRES: Index = [{ expireAt: 1 }, { expireAfterSeconds: 0 }];

export function declareCollection(
  name: string,
  fields: SchemaDefinition,
  indexes: Index[],
): CollectionDeclaration {
  const schema = new Schema(fields, {
    collection: name,
    strict: 'throw',
    strictQuery: 'throw',
    // Empty objects are values too: the condition that always holds is one.
    minimize: false,
    versionKey: false,
    id: false,
    autoIndex: false,
    autoCreate: false,
  });
  for (const [keys, options] of indexes) schema.index(keys, options);
  return { name, schema };
}

/** An object inside a document; it may be null as a whole. */
export const part = (fields: SchemaDefinition): Schema =>
  new Schema(fields, { _id: false, id: false, strict: 'throw', minimize: false });

export function modelOf(
  connection: Connection,
  { name, schema }: CollectionDeclaration,
): Model<Document> {
  return (connection.models[name] ?? connection.model(name, schema, name)) as Model<Document>;
}

/** Reads are lean; every error is a fault. */
export class Store<D extends Document> {
  readonly #model: Model<Document>;
  /** The driver's own collection: what goes through it is neither cast nor checked, so it takes only what we made. */
  readonly #raw: mongo.Collection<Document>;

  constructor(connection: Connection, declaration: CollectionDeclaration) {
    this.#model = modelOf(connection, declaration);
    this.#raw = this.#model.collection as unknown as mongo.Collection<Document>;
  }

  one(filter: Filter, sort: Sort = {}): Promise<D | null> {
    return answered(async () => (await this.#model.findOne(filter).sort(sort).lean()) as D | null);
  }

  many(filter: Filter, sort: Sort, limit = 0): Promise<D[]> {
    return answered(
      async () => (await this.#model.find(filter).sort(sort).limit(limit).lean()) as unknown as D[],
    );
  }

  /** Everything that fits, by id, in chunks: it survives a restart of the server in between. */
  async *walk(filter: Filter, chunk = 500): AsyncGenerator<D, void, undefined> {
    let after: Filter = {};
    for (;;) {
      const found = await this.many({ $and: [filter, after] }, { _id: 1 }, chunk);
      yield* found;
      const last = found.at(-1);
      if (!last || found.length < chunk) return;
      after = { _id: op({ $gt: last._id }) };
    }
  }

  count(filter: Filter): Promise<number> {
    return answered(() => this.#model.countDocuments(filter).exec());
  }

  aggregate<T>(pipeline: PipelineStage[]): Promise<T[]> {
    return answered(() => this.#model.aggregate<T>(pipeline).exec());
  }

  /** Throws `conflict` when the id or a unique field is taken. */
  async insert(document: D): Promise<void> {
    await answered(() => this.#model.create([document]));
  }

  /** Inserts in order and stops at the first duplicate; answers how many went in. */
  insertInOrder(documents: D[]): Promise<number> {
    return answered(async () => {
      try {
        return (await this.#raw.insertMany(documents)).insertedCount;
      } catch (error) {
        if (onlyDuplicates(error)) return (error as { insertedCount: number }).insertedCount;
        throw error;
      }
    });
  }

  /** Inserts those whose id is not there. */
  async insertMissing(documents: D[]): Promise<void> {
    if (documents.length === 0) return;
    await answered(async () => {
      try {
        await this.#raw.insertMany(documents, { ordered: false });
      } catch (error) {
        if (!onlyDuplicates(error)) throw error;
      }
    });
  }

  /** The document after the change; null when none fits. */
  change(filter: Filter, update: Update): Promise<D | null> {
    return answered(
      async () =>
        (await this.#model
          .findOneAndUpdate(filter, update, { returnDocument: 'after' })
          .lean()) as D | null,
    );
  }

  /** Changes the one that fits, or makes it. Two callers that both make it: one of them is tried again. */
  changeOrMake(filter: Filter, update: Update): Promise<D> {
    const options = { returnDocument: 'after', upsert: true } as const;
    const attempt = async () =>
      (await this.#model.findOneAndUpdate(filter, update, options).lean()) as D;
    return answered(async () => {
      try {
        return await attempt();
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return attempt();
      }
    });
  }

  /** True when exactly this call changed the one that fits. */
  changed(filter: Filter, update: Update): Promise<boolean> {
    return answered(
      async () => (await this.#model.updateOne(filter, update).exec()).modifiedCount === 1,
    );
  }

  async changeAll(filter: Filter, update: Update): Promise<void> {
    await answered(() => this.#model.updateMany(filter, update).exec());
  }

  /** Many independent changes in one round trip; made again once when upserts collide. */
  async bulk(operations: mongo.AnyBulkWriteOperation<Document>[]): Promise<void> {
    if (operations.length === 0) return;
    const write = () => this.#raw.bulkWrite(operations, { ordered: false });
    await answered(async () => {
      try {
        await write();
      } catch (error) {
        if (!onlyDuplicates(error)) throw error;
        await write();
      }
    });
  }

  /** True when exactly this call removed it. */
  removed(filter: Filter): Promise<boolean> {
    return answered(async () => (await this.#model.deleteOne(filter).exec()).deletedCount === 1);
  }

  removeAll(filter: Filter): Promise<number> {
    return answered(async () => (await this.#model.deleteMany(filter).exec()).deletedCount);
  }
}
