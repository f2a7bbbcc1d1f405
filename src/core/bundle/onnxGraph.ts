import { onnx } from 'onnx-proto';

/** Element types used here; the numbers are those of onnx.TensorProto.DataType. */
export const elementTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
} as const;

export type ElementType = keyof typeof elementTypes;

/** A dimension: a number, or the name of one that varies. */
export type Dimension = number | string;

type Attribute = number | readonly number[] | string | { readonly float: number };

/** Builds one ONNX model node by node. Every method that adds something gives the name of its value. */
export class OnnxGraph {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly initializers: onnx.ITensorProto[] = [];
  private readonly inputs: onnx.IValueInfoProto[] = [];
  private readonly outputs: onnx.IValueInfoProto[] = [];
  private names = 0;

  constructor(private readonly name: string) {}

  input(name: string, type: ElementType, dimensions: readonly Dimension[]): string {
    this.inputs.push(valueInfo(name, type, dimensions));
    return name;
  }

  output(name: string, type: ElementType, dimensions: readonly Dimension[], value: string): void {
    this.nodes.push({ opType: 'Identity', name: `to_${name}`, input: [value], output: [name] });
    this.outputs.push(valueInfo(name, type, dimensions));
  }

  /** A constant tensor; its bytes are little-endian, as ONNX demands. A name of its own lets it be read back. */
  constant(
    type: ElementType,
    dimensions: readonly number[],
    values: ArrayBufferView,
    name: string = this.next('constant'),
  ): string {
    this.initializers.push({
      name,
      dataType: elementTypes[type],
      dims: [...dimensions],
      rawData: littleEndianBytes(values),
    });
    return name;
  }

  scalar(value: number): string {
    return this.constant('float', [], Float32Array.of(value));
  }

  axes(...values: number[]): string {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  node(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodeWithOutputs(opType, inputs, 1, attributes)[0] as string;
  }

  nodeWithOutputs(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): readonly string[] {
    const names = Array.from({ length: outputs }, () => this.next(opType.toLowerCase()));
    this.nodes.push({
      opType,
      name: this.next('node'),
      input: [...inputs],
      output: names,
      attribute: Object.entries(attributes).map(([name, value]) => toAttribute(name, value)),
    });
    return names;
  }

  /** The model as ONNX bytes: IR version 8, opset 17. */
  finish(): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: 8,
      producerName: 'recommend-llm',
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: this.name,
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: this.outputs,
      },
    });
    return Uint8Array.from(onnx.ModelProto.encode(model).finish());
  }

  private next(stem: string): string {
    this.names++;
    return `${stem}_${this.names}`;
  }
}

function valueInfo(name: string, type: ElementType, dimensions: readonly Dimension[]): onnx.IValueInfoProto {
  return {
    name,
    type: {
      tensorType: {
        elemType: elementTypes[type],
        shape: {
          dim: dimensions.map((dimension) =>
            typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension },
          ),
        },
      },
    },
  };
}

function toAttribute(name: string, value: Attribute): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}

/** @throws RangeError on a big-endian machine, where typed arrays cannot be copied as they are */
function littleEndianBytes(values: ArrayBufferView): Uint8Array {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) throw new RangeError('Little-endian machines only.');
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
